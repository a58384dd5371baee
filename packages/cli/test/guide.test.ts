import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { processIo } from '../src/process-io.ts';
import { createProgram } from '../src/program.ts';
import { runMain } from './support/test-io.ts';

const guide = await readFile(new URL('../../../docs/tools.md', import.meta.url), 'utf8');

/** Every command line of the guide, as words. */
const commandLines = [...guide.matchAll(/(?<=^|`|\(|\| )fcgi ([a-z]+[^`\n)|]*)/gm)].map(([, line = '']) =>
  line.trim().split(/\s+/),
);

test('every command and every flag of the guide exists', () => {
  const program = createProgram(processIo());
  expect(commandLines.length).toBeGreaterThan(25);
  for (const [name, ...words] of commandLines) {
    const command = program.commands.find((one) => one.name() === name);
    expect(command, name).toBeDefined();
    const end = words.indexOf('--');
    const flags = words.slice(0, end === -1 ? words.length : end).filter((word) => /^--?[a-z]/i.test(word));
    const known = command?.options.flatMap(({ long, short }) => [long, short]);
    for (const flag of flags) expect(known, `fcgi ${name} ${flag}`).toContain(flag);
  }
});

test('what the guide shows is what comes out', async () => {
  const examples = [...guide.matchAll(/^\$ (echo [^\n|]*) \| fcgi ([^\n]*)\n([\s\S]*?)^```/gm)];
  expect(examples).not.toEqual([]);
  for (const [, source = '', argv = '', output] of examples) {
    const stdin = execFileSync('/bin/sh', ['-c', source]);
    expect((await runMain(argv.split(' '), { stdin })).stdout).toBe(output);
  }
});
