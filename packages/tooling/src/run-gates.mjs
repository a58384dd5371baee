import { join } from 'node:path';
import { writeDurations } from './durations.mjs';
import { filesOf } from './gates.mjs';
import { installAll } from './install.mjs';
import { unsupportedNode } from './node-version.mjs';
import { pnpmCommand } from './pnpm-command.mjs';
import { failureCount, reportLines, unsteadyFailures } from './report.mjs';
import { addRun, emptyRun, runTests } from './run-vitest.mjs';
import { StepFailed, step } from './steps.mjs';
import {
  canInstall,
  installEnvironment,
  systemPackages,
  systemPrograms,
  whyMissing,
} from './system-packages.mjs';
import { root } from './workspace.mjs';

/** @typedef {import('./gates.mjs').Gate} Gate */
/** @typedef {import('./run-vitest.mjs').TestRun} TestRun */

/**
 * A step without which the others still make sense.
 * @param {string} title
 * @param {[string, ...string[]]} command
 * @param {Record<string, string>} [env]
 */
async function check(title, command, env) {
  try {
    await step(title, command, env);
    return true;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return false;
  }
}

async function installSystemPackages() {
  const missing = systemPrograms.filter((program) => whyMissing(program) !== undefined);
  if (missing.length === 0) return;
  if (canInstall()) {
    await check('Updating the list of Debian packages', ['apt-get', 'update', '-q'], installEnvironment);
    // One by one: a package that this system does not have must not keep the others away.
    for (const program of missing) {
      const name = systemPackages[program];
      await check(
        `Installing ${name}`,
        ['apt-get', 'install', '-qy', '--no-install-recommends', name],
        installEnvironment,
      );
    }
  }
  // No failure yet: whether tests are left out or fail is up to them.
  for (const program of missing) {
    const reason = whyMissing(program);
    if (reason !== undefined) process.stdout.write(`Tests that need it cannot run: ${reason}\n`);
  }
}

/**
 * Builds the packages and, meanwhile, checks the sources, which needs no build: what is in CONTRIBUTING.md as one step of the
 * gates works in a fresh clone.
 * @param {ReturnType<typeof pnpmCommand>} pnpm
 * @param {readonly Gate[]} gates
 * @returns {Promise<string[]>} which checks failed
 * @throws {StepFailed} if there is no build to test
 */
async function buildAndCheck(pnpm, gates) {
  /** @param {string} script */
  const command = (script) => /** @type {[string, ...string[]]} */ ([...pnpm, 'run', script]);
  /** @type {Array<[title: string, script: string, gate: Gate]>} */
  const checks = [
    ['Linting', 'lint', 'test'],
    ['Checking types', 'typecheck', 'test'],
    ['Building the documentation', 'docs', 'release'],
  ];
  /** @type {string[]} */
  const failures = [];
  const checking = checks.map(async ([title, script, gate]) => {
    if (!gates.includes(gate)) return;
    if (!(await check(title, command(script)))) failures.push(title);
  });
  const [building] = await Promise.allSettled([step('Building', command('build')), ...checking]);
  if (building.status === 'rejected') throw building.reason;
  return failures;
}

/**
 * All tests of some gates.
 * @param {readonly Gate[]} gates
 */
async function runAll(gates) {
  const { alone, covered, together } = filesOf(gates);
  const run = emptyRun();
  for (const name of covered) addRun(run, await runCovered(name));
  addRun(run, await runFiles('Tests, side by side', together));
  addRun(run, await runFiles('Tests, one file at a time', ['--no-file-parallelism', ...alone], alone.length));
  return run;
}

/** @param {string} name a folder below the root */
function runCovered(name) {
  const reporter = join(root, 'packages/tooling/src/totals-reporter.ts');
  const args = ['--config=vitest.coverage.config.ts', '--reporter=default', `--reporter=${reporter}`];
  return timed(`Tests and coverage of ${name}`, () => runTests(args, { folder: join(root, name) }));
}

/**
 * @param {string} title
 * @param {string[]} args
 * @param {number} count
 */
async function runFiles(title, args, count = args.length) {
  return count === 0 ? emptyRun() : timed(`${title} (${count} files)`, () => runTests(args, { again: true }));
}

/**
 * @param {string} title
 * @param {() => Promise<TestRun>} run
 */
async function timed(title, run) {
  const start = performance.now();
  const result = await run();
  const { passed, failed, skipped } = result.totals;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  result.durations = result.durations.map((duration) => ({ ...duration, step: title }));
  // In words of its own: the line with all numbers is the last one.
  result.steps.push(`${title} … ${seconds} s: passed ${passed}, failed ${failed}, skipped ${skipped}`);
  return result;
}

/**
 * Installs, builds, checks and tests, and prints what came of it; the exit code of the process says it, too.
 * @param {readonly Gate[]} gates
 * @param {string[]} args arguments for vitest; with any, only the tests that they select run, whatever their gate
 */
export async function runGates(gates, args) {
  const run = emptyRun();
  try {
    const obstacle = unsupportedNode();
    if (obstacle !== undefined) throw new StepFailed(obstacle);
    const pnpm = pnpmCommand();
    await installAll(pnpm);
    run.failures.push(...(await buildAndCheck(pnpm, gates)));
    await installSystemPackages();
    addRun(run, args.length === 0 ? await runAll(gates) : await runTests(args));
    if (args.length === 0) writeDurations(run.durations);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    run.failures.push(error.message);
  }
  run.failures.push(...unsteadyFailures(gates, run));
  for (const line of reportLines(run)) process.stdout.write(`${line}\n`);
  process.exitCode = failureCount(run) === 0 ? 0 : 1;
}
