// Whatever is run first in a fresh clone, or after `npm start` has installed a part, installs what it needs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { step } from './steps.mjs';
import { root } from './workspace.mjs';

/** Names the lockfile of the last complete installation. Without node_modules it is gone as well. */
const stamp = join(root, 'node_modules/.cache/fcgi-js/installed');

const lockfileHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');

/** Whether everything that the lockfile names has been installed by {@link installAll}. */
export function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfileHash();
}

/**
 * Installs all packages of the workspace, as the lockfile has them.
 * @param {readonly [command: string, ...args: string[]]} pnpm
 * @throws {import('./steps.mjs').StepFailed}
 */
export async function installAll(pnpm) {
  await step('Installing packages', [
    ...pnpm,
    'install',
    '--frozen-lockfile',
    '--config.confirmModulesPurge=false',
  ]);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lockfileHash());
}
