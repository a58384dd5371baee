import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { processIo } from '../../runner/src/process-io.ts';
import { codeBlocks } from '../../tooling/src/markdown.ts';
import { repositoryFiles } from '../../tooling/src/source-files.ts';
import { createProgram } from '../src/program.ts';
import { runMain } from './support/test-io.ts';

const guide = await readFile(new URL('../../../docs/tools.md', import.meta.url), 'utf8');

const guides = [...repositoryFiles('docs', ['.md']), ...repositoryFiles('.', ['README.md'])];

const program = createProgram(processIo());

/** Every command line of a guide, as words. */
function commandLines(text: string): string[][] {
  return [...text.matchAll(/(?<=^|[`('=]|\| |\$ |npx |sudo |exec )fcgi ([a-z]+[^`'\n)|>&]*)/gm)].map(
    ([, line = '']) => line.trim().split(/\s+/),
  );
}

test('command lines are found wherever they stand', () => {
  expect(commandLines('$ fcgi ping /a\n`fcgi tap` and fcgi is\nsudo fcgi doctor --log x | cat')).toEqual([
    ['ping', '/a'],
    ['tap'],
    ['doctor', '--log', 'x'],
  ]);
  expect(guides.flatMap(({ text }) => commandLines(text)).length).toBeGreaterThan(80);
});

test.each(guides)('every command and every flag in $path exists', ({ text }) => {
  for (const [name, ...words] of commandLines(text)) {
    const command = program.commands.find((one) => one.name() === name);
    expect(command, name).toBeDefined();
    const end = words.indexOf('--');
    const flags = words.slice(0, end === -1 ? words.length : end).filter((word) => /^--?[a-z]/i.test(word));
    const known = command?.options.flatMap(({ long, short }) => [long, short]);
    for (const flag of flags) expect(known, `fcgi ${name} ${flag}`).toContain(flag);
  }
});

/** What guides tell people to type into a shell, but for where the output goes and what the machine must have. */
const typed = guides.flatMap(({ path, text }) =>
  codeBlocks(text)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => commandLines(block.text.replaceAll(/ +#.*| -o \S+| --check\b/g, '')))
    .filter(([name]) => name === 'run' || name === 'config')
    .map((argv) => ({ path, argv })),
);

test('commands are found in blocks for a shell', () => {
  expect(typed.length).toBeGreaterThan(20);
});

test.each(typed)(
  '$path: fcgi $argv is taken, with all its values',
  async ({ argv: [name = '', ...words] }) => {
    const argv = name === 'run' ? ['run', '--print-config', ...words] : [name, ...words];
    const { status, stderr, stdout } = await runMain(argv);
    expect(status, stderr).toBe(0);
    expect(stdout).not.toBe('');
  },
);

test('what the guide shows is what comes out', async () => {
  const examples = [...guide.matchAll(/^\$ (echo [^\n|]*) \| fcgi ([^\n]*)\n([\s\S]*?)^```/gm)];
  expect(examples).not.toEqual([]);
  for (const [, source = '', argv = '', output] of examples) {
    const stdin = execFileSync('/bin/sh', ['-c', source]);
    expect((await runMain(argv.split(' '), { stdin })).stdout).toBe(output);
  }
});
