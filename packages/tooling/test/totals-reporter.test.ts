import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { root } from '../src/workspace.mjs';

const fixtures = fileURLToPath(new URL('fixtures/totals', import.meta.url));

/** Runs vitest over some of the fixture files, as the reporter's user would. */
function runFixtures(names: string[], env: Record<string, string> = {}) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // The surrounding vitest marks its own workers by environment; the one started here is no worker.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|FCGI_JS_TOTALS|NODE_ENV)/.test(name),
  );
  return new Promise<{ code: unknown; lines: string[] }>((resolve) => {
    execFile(
      process.execPath,
      [vitest, 'run', ...names],
      { cwd: fixtures, env: { ...Object.fromEntries(inherited), ...env } },
      (error, stdout) => resolve({ code: error?.code ?? 0, lines: stdout.trimEnd().split('\n') }),
    );
  });
}

const cases: Array<[what: string, files: string[], code: number, line: string]> = [
  ['tests that pass', ['passing'], 0, '2 passed, 0 failed, 0 skipped'],
  ['a test that fails', ['passing', 'failing'], 1, '3 passed, 1 failed, 0 skipped'],
  ['tests that are skipped', ['passing', 'skipping'], 0, '2 passed, 0 failed, 5 skipped'],
  ['a file that does not load', ['passing', 'not-loading'], 1, '2 passed, 1 failed, 0 skipped'],
  ['hooks that fail and the tests they cut off', ['hooks'], 1, '1 passed, 4 failed, 0 skipped'],
  ['a rejection that nobody handles', ['unhandled'], 1, '1 passed, 1 failed, 0 skipped'],
];

test.each(cases)('the last line counts %s', async (_what, files, code, line) => {
  const run = await runFixtures(files);
  expect(run.lines.at(-1)).toBe(line);
  expect(run.lines.filter((other) => / passed, \d+ failed, /.test(other))).toHaveLength(1);
  expect(run.code).toBe(code);
});

test('what is skipped is listed with its reason before the last line', async () => {
  const { lines } = await runFixtures(['skipping']);
  expect(lines.slice(-5, -1)).toEqual([
    'skipped: skips itself (the moon is full)',
    'skipped: is skipped',
    'skipped: is still to be written',
    'skipped: a suite (nginx is not installed: apt-get install nginx) (2 tests)',
  ]);
});

test('what failed is listed with its message right before the last line', async () => {
  const { lines } = await runFixtures(['failing', 'skipping']);
  expect(lines.at(-2)).toMatch(/^failed: .* \(.*failing\.fixture\.ts\): /);
});

test('a filter by name lists nothing that it leaves out', async () => {
  const { lines } = await runFixtures(['passing', 'failing', '-t', 'passes']);
  expect(lines.join('\n')).not.toContain('skipped: ');
  expect(lines.at(-1)).toBe('3 passed, 0 failed, 1 skipped');
});

test('the numbers go into the file that FCGI_JS_TOTALS names, and nowhere else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-js-test-'));
  try {
    const file = join(folder, 'totals.json');
    const { lines } = await runFixtures(['failing'], { FCGI_JS_TOTALS: file });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      failing: [
        {
          file: join(fixtures, 'failing.fixture.ts'),
          totals: { passed: 1, failed: 1, skipped: 0 },
          failures: [{ name: 'fails', messages: ['expected 1 to be 2 // Object.is equality'] }],
        },
      ],
      unhandled: [],
      durations: [{ file: join(fixtures, 'failing.fixture.ts'), tests: 2, seconds: expect.any(Number) }],
    });
    expect(lines.join('\n')).not.toContain('1 passed, 1 failed');
  } finally {
    await rm(folder, { recursive: true });
  }
});
