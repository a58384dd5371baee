import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../src/workspace.mjs';

const fixtures = fileURLToPath(new URL('fixtures/totals', import.meta.url));

let folder: string;

beforeEach(async () => {
  await mkdir(join(root, 'packages/tooling/node_modules/.run-vitest'), { recursive: true });
  folder = await mkdtemp(join(root, 'packages/tooling/node_modules/.run-vitest/run-'));
});

afterEach(() => rm(folder, { recursive: true }));

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
  return new Promise<{ output: string; result: unknown }>((resolve, reject) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { env: { ...Object.fromEntries(inherited), FCGI_JS_TEST_TRACE: join(folder, 'trace') } },
      (error, output) => {
        if (error !== null) return reject(error);
        const [, json = ''] = output.split('\nresult ');
        resolve({ output, result: JSON.parse(json) });
      },
    );
  });
}

test('a file that fails among the others and passes by itself counts as passed, and is named', async () => {
  const { output, result } = await run(['passing.fixture.ts', 'unsteady.fixture.ts']);
  expect(result).toMatchObject({ totals: { passed: 3, failed: 0, skipped: 0 }, failures: [] });
  expect(output).toContain('unsteady: unsteady.fixture.ts failed among the others and passed by itself');
});

test('a file that fails twice has failed', async () => {
  const { output, result } = await run(['failing.fixture.ts', 'passing.fixture.ts']);
  expect(result).toMatchObject({ totals: { passed: 3, failed: 1, skipped: 0 }, failures: [] });
  expect(output).not.toContain('unsteady: ');
});

test('of tests that somebody selected, none is run again', async () => {
  const { result } = await run(['unsteady.fixture.ts'], { again: false, args: ['unsteady'] });
  expect(result).toMatchObject({ totals: { passed: 0, failed: 1, skipped: 0 } });
});
