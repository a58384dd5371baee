import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestRun } from '../src/run-vitest.mjs';
import { root } from '../src/workspace.mjs';

const fixtures = fileURLToPath(new URL('fixtures/totals', import.meta.url));

let folder: string;

beforeEach(async () => {
  await mkdir(join(root, 'packages/tooling/node_modules/.run-vitest'), { recursive: true });
  folder = await mkdtemp(join(root, 'packages/tooling/node_modules/.run-vitest/run-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** How a run names a copy of a fixture file. */
const fixture = (name: string) => relative(root, join(folder, name));

/** Runs `runTests` in a process of its own, over copies of some fixture files. */
async function run(names: string[], { again = true, args = [] as string[] } = {}) {
  for (const name of [...names, 'vitest.config.ts'])
    await cp(join(fixtures, name), join(folder, name), { recursive: true });
  const url = pathToFileURL(join(root, 'packages/tooling/src/run-vitest.mjs')).href;
  const program = `
    const { runTests } = await import(${JSON.stringify(url)});
    const result = await runTests(${JSON.stringify(args)}, ${JSON.stringify({ again, folder })});
    console.log('result ' + JSON.stringify(result));`;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|FCGI_JS_TOTALS|NODE_ENV)/.test(name),
  );
  return new Promise<TestRun>((resolve, reject) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { env: { ...Object.fromEntries(inherited), FCGI_JS_TEST_TRACE: join(folder, 'trace') } },
      (error, output) => {
        if (error !== null) return reject(error);
        const [, json = ''] = output.split('\nresult ');
        resolve(JSON.parse(json) as TestRun);
      },
    );
  });
}

test('a file that fails among the others and passes by itself counts as passed, and is named', async () => {
  const result = await run(['passing.fixture.ts', 'unsteady.fixture.ts']);
  expect(result).toMatchObject({
    totals: { passed: 3, failed: 0, skipped: 0 },
    failures: [],
    failing: [],
    unsteady: [
      {
        file: fixture('unsteady.fixture.ts'),
        failures: [{ name: 'passes when it is run for the second time', messages: [expect.any(String)] }],
      },
    ],
  });
});

test('a file that fails twice has failed', async () => {
  const result = await run(['failing.fixture.ts', 'passing.fixture.ts']);
  expect(result).toMatchObject({
    totals: { passed: 3, failed: 1, skipped: 0 },
    failures: [],
    failing: [{ file: fixture('failing.fixture.ts'), failures: [{ name: 'fails' }] }],
    unsteady: [],
  });
});

test('a file that does not load and a hook that fails are named as what failed', async () => {
  const result = await run(['hooks.fixture.ts', 'not-loading.fixture.ts'], { again: false });
  expect(result.failing.toSorted((one, other) => one.file.localeCompare(other.file))).toEqual([
    {
      file: fixture('hooks.fixture.ts'),
      failures: [
        { name: 'a hook that fails before', messages: ['no server'] },
        { name: 'a hook that fails after', messages: ['no end'] },
      ],
    },
    {
      file: fixture('not-loading.fixture.ts'),
      failures: [{ name: 'the file itself', messages: ['this file does not load'] }],
    },
  ]);
});

test('an error that no test caught has failed, whether or not its file is run again', async () => {
  const result = await run(['unhandled.fixture.ts']);
  expect(result).toMatchObject({ totals: { passed: 1, failed: 1, skipped: 0 }, unsteady: [] });
  expect(result.failing).toEqual([
    {
      file: 'outside of all tests',
      failures: [{ name: 'an error that no test caught', messages: ['nobody waits for this'] }],
    },
  ]);
});

test('of tests that somebody selected, none is run again', async () => {
  const result = await run(['unsteady.fixture.ts'], { again: false, args: ['unsteady'] });
  expect(result).toMatchObject({ totals: { passed: 0, failed: 1, skipped: 0 } });
});
