import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeDurations } from '../src/durations.mjs';
import { failureCount, reportLines, unsteadyFailures } from '../src/report.mjs';
import { emptyRun, type TestRun } from '../src/run-vitest.mjs';

const run = (parts: Partial<TestRun> = {}): TestRun => ({ ...emptyRun(), ...parts });

test('a run without failures ends with its slowest files, its steps and its numbers', () => {
  const durations = Array.from({ length: 12 }, (_, index) => ({
    file: `test/${index}.test.ts`,
    tests: 1,
    seconds: index,
  }));
  const steps = ['Tests, side by side (12 files) … 12.0 s: passed 12, failed 0, skipped 0'];
  const lines = reportLines(run({ durations, steps, totals: { passed: 12, failed: 0, skipped: 0 } }));
  expect(lines.slice(0, 3)).toEqual(['', 'The slowest files:', '  11.0 s  test/11.test.ts']);
  expect(lines.slice(-4)).toEqual([
    '  2.0 s  test/2.test.ts',
    '',
    ...steps,
    '12 passed, 0 failed, 0 skipped',
  ]);
});

test('failed tests come by file and name, with the first line of their error, and unsteady files after them', () => {
  const lines = reportLines(
    run({
      totals: { passed: 5, failed: 2, skipped: 0 },
      failing: [
        {
          file: 'packages/server/test/one.test.ts',
          failures: [
            { name: 'suite > test', messages: ['expected 1 to be 2', 'a second error'] },
            { name: 'the file itself', messages: [] },
          ],
        },
      ],
      unsteady: [
        { file: 'packages/e2e/test/two.test.ts', failures: [{ name: 'waits', messages: ['too late'] }] },
      ],
    }),
  );
  expect(lines).toEqual([
    '',
    'Failed tests:',
    '  packages/server/test/one.test.ts',
    '    suite > test: expected 1 to be 2',
    '    the file itself: no message',
    '',
    'Unsteady files, which failed among the others and passed by themselves:',
    '  packages/e2e/test/two.test.ts',
    '    waits: too late',
    '',
    '5 passed, 2 failed, 0 skipped',
  ]);
});

test('many failures take 60 lines, and long messages one each', () => {
  const file = (name: string) => ({
    file: name,
    failures: Array.from({ length: 100 }, () => ({ name: 'test', messages: ['x'.repeat(1_000)] })),
  });
  const lines = reportLines(run({ failing: [file('one.test.ts')], unsteady: [file('two.test.ts')] }));
  const listed = lines.filter((line) => line.startsWith('  '));
  expect(listed).toHaveLength(60);
  expect(listed[39]).toBe('  … and 62 more lines: search for "failed: " above');
  expect(listed).toContain('  two.test.ts');
  expect(Math.max(...lines.map((line) => line.length))).toBe(240);
});

test('what failed outside the tests counts as failed, and is named right before the numbers', () => {
  const failed = run({ failures: ['Linting', 'unsteady: test/two.test.ts'] });
  expect(failureCount(failed)).toBe(2);
  expect(reportLines(failed).slice(-3)).toEqual([
    'failed: Linting',
    'failed: unsteady: test/two.test.ts',
    '0 passed, 2 failed, 0 skipped',
  ]);
});

test('an unsteady file fails a run before a release, and not one for a change', () => {
  const unsteady = [{ file: 'test/two.test.ts', failures: [] }];
  expect(unsteadyFailures(['release'], { unsteady })).toEqual(['unsteady: test/two.test.ts']);
  expect(unsteadyFailures(['test', 'release'], { unsteady })).toEqual([]);
  expect(unsteadyFailures(['test'], { unsteady })).toEqual([]);
});

test('the durations of all files are written as JSON, the slowest first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-js-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const quick = { file: 'quick.test.ts', tests: 3, seconds: 0.5, step: 'Tests, side by side (2 files)' };
  const slow = { ...quick, file: 'slow.test.ts', seconds: 20 };
  const file = join(folder, 'cache/test-durations.json');
  writeDurations([quick, slow], file);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual([slow, quick]);
});
