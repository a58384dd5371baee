// `npm test`: installs, builds, checks and tests everything. What follows `npm test --` goes to vitest.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unsupportedNode } from '../src/node-version.mjs';
import { pnpmCommand } from '../src/pnpm-command.mjs';
import { StepFailed, step } from '../src/steps.mjs';
import {
  canInstall,
  installEnvironment,
  systemPackages,
  systemPrograms,
  whyMissing,
} from '../src/system-packages.mjs';
import { root } from '../src/workspace.mjs';

/** @typedef {import('../src/totals-reporter.ts').Totals} Totals */

/** @param {string[]} args */
async function prepare(args) {
  const obstacle = unsupportedNode();
  if (obstacle !== undefined) throw new StepFailed(obstacle);
  const pnpm = pnpmCommand();
  await step('Installing packages', [
    ...pnpm,
    'install',
    '--frozen-lockfile',
    '--config.confirmModulesPurge=false',
  ]);
  await step('Building', [...pnpm, 'run', 'build']);
  await installSystemPackages();
  await step('Linting', [...pnpm, 'run', 'lint']);
  await step('Checking types', [...pnpm, 'run', 'typecheck']);
  await step('Building the reference', [...pnpm, 'run', 'docs']);
  // Packages that promise full coverage measure it; a run of some tests proves nothing about it.
  if (args.length === 0) await step('Measuring coverage', [...pnpm, 'run', 'test:coverage']);
}

async function installSystemPackages() {
  const missing = systemPrograms.filter((program) => whyMissing(program) !== undefined);
  if (missing.length === 0) return;
  if (canInstall()) {
    await attempt('Updating the list of Debian packages', ['apt-get', 'update', '-q']);
    // One by one: a package that this system does not have must not keep the others away.
    for (const program of missing) {
      const name = systemPackages[program];
      await attempt(`Installing ${name}`, ['apt-get', 'install', '-qy', '--no-install-recommends', name]);
    }
  }
  for (const program of missing) {
    const reason = whyMissing(program);
    if (reason !== undefined) process.stdout.write(`Tests that need it cannot run: ${reason}\n`);
  }
}

/**
 * A step that may fail: the tests say then what they miss.
 * @param {string} title
 * @param {[string, ...string[]]} command
 */
async function attempt(title, command) {
  try {
    await step(title, command, installEnvironment);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  }
}

/**
 * @param {string[]} args
 * @returns {Promise<{ succeeded: boolean, totals: Totals | undefined }>}
 */
async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-js-totals-'));
  const file = join(folder, 'totals.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...args], {
    cwd: root,
    env: { ...process.env, FCGI_JS_TOTALS: file },
    stdio: 'inherit',
  });
  // Ctrl-C reaches vitest by itself: wait for it to end. A SIGTERM reaches only this process.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill());
  const succeeded = await new Promise((resolve) => {
    child.on('error', () => resolve(false)).on('close', (code) => resolve(code === 0));
  });
  try {
    return { succeeded, totals: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    // vitest ended before it had run anything: a faulty configuration, for example.
    return { succeeded: false, totals: undefined };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string[]} args */
async function main(args) {
  try {
    await prepare(args);
    return await runTests(args);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`${error.message}\n`);
    return { succeeded: false, totals: undefined };
  }
}

const { succeeded, totals = { passed: 0, failed: 0, skipped: 0 } } = await main(process.argv.slice(2));
// Whatever went wrong outside the tests counts as one failure, so that no failed run reads like a good one.
const failed = succeeded ? totals.failed : Math.max(1, totals.failed);
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(`${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped\n`);
