import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './workspace.mjs';

/** @typedef {import('./totals-reporter.ts').RunTotals} RunTotals */
/** @typedef {import('./totals-reporter.ts').Totals} Totals */
/** @typedef {import('./totals-reporter.ts').Failure} Failure */

/**
 * A test file in which something failed.
 * @typedef {object} FailedFile
 * @property {string} file below the root
 * @property {Failure[]} failures
 */

/**
 * How long a test file took, loading it included.
 * @typedef {object} Duration
 * @property {string} file below the root
 * @property {number} tests how many it has, skipped ones included
 * @property {number} seconds
 * @property {string} [step] the title of the part of the run, which {@link runTests} does not know
 */

/**
 * What came of some tests.
 * @typedef {object} TestRun
 * @property {Totals} totals
 * @property {string[]} failures what no test can be blamed for
 * @property {FailedFile[]} failing
 * @property {FailedFile[]} unsteady what failed among other files and passed by itself, with what failed the first time
 * @property {Duration[]} durations
 * @property {string[]} steps a line for each part of the run
 */

/** @returns {TestRun} */
export function emptyRun() {
  return {
    totals: { passed: 0, failed: 0, skipped: 0 },
    failures: [],
    failing: [],
    unsteady: [],
    durations: [],
    steps: [],
  };
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
  run.failing.push(...other.failing);
  run.unsteady.push(...other.unsteady);
  run.durations.push(...other.durations);
  run.steps.push(...other.steps);
}

/**
 * Runs the tests that the arguments select.
 * @param {string[]} args arguments for vitest
 * @param {object} [options]
 * @param {boolean} [options.again] whether files in which something failed are run once more by themselves, default
 *   false: they start real web servers, and a machine that does ten things at once can be too slow for one of them. What
 *   fails twice has failed; what passes then is named as unsteady.
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
  if (ended !== 'exit code 0' && totals.failed === 0 && totals.failing.length === 0)
    run.failures.push(`Running the tests: vitest ended with ${ended}`);
  run.totals = { passed: totals.passed, failed: totals.failed, skipped: totals.skipped };
  run.failing = totals.failing.map(failedFile);
  if (totals.unhandled.length > 0) run.failing.push(outsideTests(totals.unhandled));
  run.durations = totals.durations.map((each) => ({ ...each, file: relative(root, each.file) }));
  if (totals.failing.length > 0 && again) await runAgain(run, totals.failing, folder);
  return run;
}

/**
 * @param {RunTotals['failing'][number]} failing
 * @returns {FailedFile}
 */
const failedFile = ({ file, failures }) => ({ file: relative(root, file), failures });

/**
 * @param {string[]} messages
 * @returns {FailedFile}
 */
const outsideTests = (messages) => ({
  file: 'outside of all tests',
  failures: [{ name: 'an error that no test caught', messages }],
});

/**
 * Runs files once more by themselves. What comes of that takes the place of what the first run says of them.
 * @param {TestRun} run
 * @param {RunTotals['failing']} failing in the first run
 * @param {string} folder
 */
async function runAgain(run, failing, folder) {
  process.stdout.write(
    `\nOnce more, one at a time, the files in which something failed: ${failing.length}\n`,
  );
  const files = failing.map(({ file }) => file);
  const { totals: second } = await runVitest(['--no-file-parallelism', ...files], folder);
  // What did not run a second time stays failed.
  if (second === undefined || second.durations.length < files.length) return;
  for (const first of failing) {
    run.totals.passed -= first.totals.passed;
    run.totals.failed -= first.totals.failed;
    run.totals.skipped -= first.totals.skipped;
    const { file, failures } = failedFile(first);
    const failedAgain = second.failing.find((each) => each.file === first.file);
    run.failing = run.failing.filter((each) => each.file !== file);
    if (failedAgain === undefined) run.unsteady.push({ file, failures });
    else run.failing.push(failedFile(failedAgain));
  }
  if (second.unhandled.length > 0) run.failing.push(outsideTests(second.unhandled));
  run.totals.passed += second.passed;
  run.totals.failed += second.failed;
  run.totals.skipped += second.skipped;
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
