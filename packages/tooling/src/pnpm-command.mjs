// Someone who has only Node and npm gets the pinned pnpm through npx; nothing is installed globally.
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { readManifest, root } from './workspace.mjs';

/**
 * The command that runs the pnpm version of `packageManager` in the root package.json, whichever way it is at hand.
 * @returns {[command: string, ...args: string[]]}
 */
export function pnpmCommand() {
  const pinned = pinnedPnpm();
  if (versionOnPath() === pinned) return ['pnpm'];
  const npm = process.env['npm_execpath'];
  if (npm !== undefined && basename(npm) === 'npm-cli.js') {
    return [process.execPath, npm, 'exec', '--yes', '--', `pnpm@${pinned}`];
  }
  return ['npx', '--yes', `pnpm@${pinned}`];
}

/** @returns {string} */
export function pinnedPnpm() {
  const version = /^pnpm@([^+]+)/.exec(readManifest(root).packageManager ?? '')?.[1];
  if (version === undefined)
    throw new Error('packageManager in the root package.json does not name a pnpm version');
  return version;
}

function versionOnPath() {
  // Corepack's stand-in for pnpm would ask before it downloads.
  const env = { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
  const asked = spawnSync('pnpm', ['--version'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}
