import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pnpmCommand } from '../src/pnpm-command.mjs';
import { readManifest, root } from '../src/workspace.mjs';

const run = promisify(execFile);
const { scripts = {} } = readManifest(root) as { scripts?: Record<string, string> };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-clone-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A clone of the last commit, in which nothing has been installed. */
async function clone(name: string): Promise<string> {
  const path = join(folder, name);
  await run('git', ['clone', '--quiet', '--shared', root, path]);
  return path;
}

/** The scripts that a text tells its readers to run: `npm start`, `npm run build`. */
function namedScripts(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
    ([, name, short]) => name ?? short ?? '',
  );
}

const named = [
  ...new Set(['README.md', 'CONTRIBUTING.md', 'packages/e2e/README.md'].flatMap(namedScripts)),
].sort();

test.each(named)('npm run %s, which a newcomer is told to run, installs first what it needs', (name) => {
  // Each of these programs installs before it does anything else.
  expect(scripts[name]).toMatch(/^(?:exec )?node packages\/tooling\/bin\/(?:pnpm|start|test)\.mjs\b/);
});

test('no guide for contributors runs a program that only an installation brings', () => {
  for (const file of [
    'README.md',
    'CONTRIBUTING.md',
    'packages/e2e/README.md',
    'packages/e2e/fuzz/README.md',
  ]) {
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/`[^`\n]*\bnpx |^ *npx /m);
  }
});

test('npm run build is enough to have the command', async () => {
  const path = await clone('empty');
  await run('npm', ['run', 'build'], { cwd: path, maxBuffer: 64 * 1024 * 1024 });
  const command = join(path, 'packages/cli/dist/bin/fcgi.js');
  const { stdout } = await run(process.execPath, [command, '--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
});

test('npm run build installs the rest where npm start has installed a part', async () => {
  const path = await clone('part');
  const [program, ...args] = pnpmCommand();
  await run(
    program,
    [...args, 'install', '--frozen-lockfile', '--filter=fcgi-js-workspace', '--filter=fcgi-js-examples...'],
    {
      cwd: path,
    },
  );
  expect(existsSync(join(path, 'packages/bench/node_modules'))).toBe(false);
  await run('npm', ['run', 'build'], { cwd: path, maxBuffer: 64 * 1024 * 1024 });
  expect(existsSync(join(path, 'packages/bench/dist/main.js'))).toBe(true);
});
