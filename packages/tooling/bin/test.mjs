// `npm test`: installs, builds, checks and tests everything. What follows `npm test --` goes to vitest.
import { unsupportedNode } from '../src/node-version.mjs';
import { pnpmCommand } from '../src/pnpm-command.mjs';
import { runTests } from '../src/run-vitest.mjs';
import { StepFailed, step } from '../src/steps.mjs';
import {
  canInstall,
  installEnvironment,
  systemPackages,
  systemPrograms,
  whyMissing,
} from '../src/system-packages.mjs';

/** @type {string[]} */
const failures = [];

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

/**
 * What must work before anything can be tested.
 * @param {ReturnType<typeof pnpmCommand>} pnpm
 */
async function prepare(pnpm) {
  await step('Installing packages', [
    ...pnpm,
    'install',
    '--frozen-lockfile',
    '--config.confirmModulesPurge=false',
  ]);
  await step('Building', [...pnpm, 'run', 'build']);
  await installSystemPackages();
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
 * @param {ReturnType<typeof pnpmCommand>} pnpm
 * @param {boolean} everything whether all tests will run
 */
async function checkAll(pnpm, everything) {
  /** @type {Array<[title: string, script: string]>} */
  const scripts = [
    ['Linting', 'lint'],
    ['Checking types', 'typecheck'],
    ['Building the documentation', 'docs'],
  ];
  // Packages that promise full coverage measure it; a run of some tests proves nothing about it.
  if (everything) scripts.push(['Measuring coverage', 'test:coverage']);
  for (const [title, script] of scripts) {
    if (!(await check(title, [...pnpm, 'run', script]))) failures.push(title);
  }
}

/** @param {string[]} args */
async function main(args) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  try {
    const obstacle = unsupportedNode();
    if (obstacle !== undefined) throw new StepFailed(obstacle);
    const pnpm = pnpmCommand();
    await prepare(pnpm);
    await checkAll(pnpm, args.length === 0);
    const run = await runTests(args);
    Object.assign(totals, run.totals);
    failures.push(...run.failures);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    failures.push(error.message);
  }
  for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
  // Whatever went wrong outside the tests counts too, so that no failed run reads like a good one.
  const failed = totals.failed + failures.length;
  process.stdout.write(`${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main(process.argv.slice(2));
