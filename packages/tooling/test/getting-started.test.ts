import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeBlocks } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';
import { root } from '../src/workspace.mjs';

const [guide] = repositoryFiles('docs', ['docs/getting-started.md']);
const blocks = codeBlocks(guide?.text ?? '');
const [application = '', gateway = ''] = blocks
  .filter(({ language }) => language === 'js')
  .map(({ text }) => text);
const shown = blocks.find(({ language }) => language === 'console')?.text ?? '';

let folder: string;
let socket: string;
const running = new Set<ReturnType<typeof run>>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-start-'));
  socket = join(folder, 'hello.sock');
});

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  await rm(folder, { recursive: true });
});

/** Where the packages are found. */
const cwd = join(root, 'docs/examples/express');

function run(program: string, ...args: string[]) {
  // The first argument stands in the place of the file name.
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, 'hello.js', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  return child;
}

test('the application of the guide answers fcgi request as the guide shows', async () => {
  const child = run(application, `unix:${socket}`);
  await expect.poll(() => existsSync(socket)).toBe(true);
  const [, command = '', answer] = /^\$ fcgi (.*)\n(.*\n)$/.exec(shown) ?? [];
  const words = command.split(' ').map((word) => word.replaceAll("'", '').replace('/tmp/hello.sock', socket));
  const cli = join(root, 'packages/cli/dist/bin/fcgi.js');
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...words]);
  expect(stdout).toBe(answer);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('the gateway of the guide shows it to a browser', async () => {
  run(application, `unix:${socket}`);
  await expect.poll(() => existsSync(socket)).toBe(true);
  const front = run(gateway.replace('/tmp/hello.sock', socket).replace('8080', '0'));
  let output = '';
  front.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await expect.poll(() => output).toMatch(/^Open http:\S+\n$/);
  const response = await fetch(new URL('/you', output.slice('Open '.length).trim()));
  expect(await response.text()).toBe('Hello from /you\n');
});
