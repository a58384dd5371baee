import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './workspace.mjs';

/** @typedef {import('./totals-reporter.ts').RunTotals} RunTotals */
/** @typedef {import('./totals-reporter.ts').Totals} Totals */

/**
 * What came of some tests.
 * @typedef {object} TestRun
 * @property {Totals} totals
 * @property {string[]} failures what no test can be blamed for
 * @property {Array<{ file: string, seconds: number }>} durations of each file, below the folder that vitest ran in
 * @property {string[]} steps a line for each part of the run
 */

/** @returns {TestRun} */
export function emptyRun() {
  return { totals: { passed: 0, failed: 0, skipped: 0 }, failures: [], durations: [], steps: [] };
}

/**
 * Adds what another run says.
 * @param {TestRun} run
 * @param {TestRun} other
 */
export function addRun(run, other) {
  run.totals.passed += other.totals.passed;
  run.totals.failed += other.totals.failed;
  run.totals.skipped += other.totals.skipped;
  run.failures.push(...other.failures);
  run.durations.push(...other.durations);
  run.steps.push(...other.steps);
}

/**
 * Runs the tests that the arguments select.
 * @param {string[]} args arguments for vitest
 * @param {object} [options]
 * @param {boolean} [options.again] whether files in which something failed are run once more by themselves, default
 *   false: they start real web servers, and a machine that does ten things at once can be too slow for one of them. What
 *   fails twice has failed; what passes then is named, so that nobody takes it for sound.
 * @param {string} [options.folder] where vitest finds its configuration, default the root
 * @returns {Promise<TestRun>}
 */
export async function runTests(args, { again = false, folder = root } = {}) {
  const { ended, totals } = await runVitest(args, folder);
  const run = emptyRun();
  if (totals === undefined) {
    run.failures.push(`Running the tests: vitest ended with ${ended} and no result`);
    return run;
  }
  if (totals.failing.length > 0 && again) await runAgain(totals, folder);
  if (ended !== 'exit code 0' && totals.failed === 0 && totals.failing.length === 0)
    run.failures.push(`Running the tests: vitest ended with ${ended}`);
  run.totals = { passed: totals.passed, failed: totals.failed, skipped: totals.skipped };
  run.durations = totals.durations.map(({ file, seconds }) => ({ file: relative(root, file), seconds }));
  return run;
}

/**
 * @param {RunTotals} totals of the first run; what the second one says of the failing files takes its place
 * @param {string} folder
 */
async function runAgain(totals, folder) {
  const files = totals.failing.map(({ file }) => file);
  process.stdout.write(`\nOnce more, one at a time, the files in which something failed: ${files.length}\n`);
  const { totals: second } = await runVitest(['--no-file-parallelism', ...files], folder);
  if (second === undefined) return;
  for (const { file, totals: first } of totals.failing) {
    totals.passed -= first.passed;
    totals.failed -= first.failed;
    totals.skipped -= first.skipped;
    if (second.failing.some((failing) => failing.file === file)) continue;
    process.stdout.write(
      `unsteady: ${relative(folder, file)} failed among the others and passed by itself\n`,
    );
  }
  totals.passed += second.passed;
  totals.failed += second.failed;
  totals.skipped += second.skipped;
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<{ ended: string, totals: RunTotals | undefined }>}
 */
async function runVitest(args, cwd) {
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-js-totals-'));
  const file = join(folder, 'totals.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...args], {
    cwd,
    env: { ...process.env, FCGI_JS_TOTALS: file },
    stdio: 'inherit',
  });
  // Ctrl-C reaches vitest by itself: wait for it to end. A SIGTERM reaches only this process.
  const ignore = () => {};
  const end = () => child.kill();
  process.on('SIGINT', ignore).on('SIGTERM', end);
  const ended = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  process.off('SIGINT', ignore).off('SIGTERM', end);
  const totals = readTotals(file);
  rmSync(folder, { recursive: true });
  return { ended, totals };
}

/**
 * @param {string} file
 * @returns {RunTotals | undefined} undefined if vitest ended before the tests did, or was told to use another reporter
 */
function readTotals(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
