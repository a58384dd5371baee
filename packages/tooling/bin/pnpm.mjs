// Runs the pinned pnpm with the given arguments, on a machine that has only npm too. All scripts of the root go through it:
// in a clone in which not everything is installed yet, it installs first.
import { spawnSync } from 'node:child_process';
import { installAll, isInstalled } from '../src/install.mjs';
import { pnpmCommand } from '../src/pnpm-command.mjs';
import { StepFailed } from '../src/steps.mjs';

/** @param {string[]} args */
async function main(args) {
  const pnpm = pnpmCommand();
  if (args[0] !== 'install' && !isInstalled()) await installAll(pnpm);
  const [command, ...first] = pnpm;
  const { error, status } = spawnSync(command, [...first, ...args], { stdio: 'inherit' });
  if (error !== undefined) throw error;
  process.exitCode = status ?? 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
