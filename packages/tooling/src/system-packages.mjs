// The programs that tests run and npm cannot install, and what to do about those that are missing.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Command → the package of Debian and Ubuntu that has it. The one list: `npm test` installs from it, tests skip by it.
 * @satisfies {Record<string, string>}
 */
export const systemPackages = {
  chromium: 'chromium',
  lighttpd: 'lighttpd',
  nginx: 'nginx',
  'spawn-fcgi': 'spawn-fcgi',
};

/** @typedef {keyof typeof systemPackages} SystemCommand */

export const systemCommands = /** @type {SystemCommand[]} */ (Object.keys(systemPackages));

/**
 * The path of a command. Looks into the sbin folders as well: Debian has web servers there, outside a user's PATH.
 * @param {SystemCommand} command
 * @returns {string | undefined}
 */
export function findCommand(command) {
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .concat('/usr/local/sbin', '/usr/sbin', '/sbin');
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

/**
 * Why tests that need this command cannot run here, with the package to install; undefined if they can.
 * @param {SystemCommand} command
 */
export function whyMissing(command) {
  if (findCommand(command) !== undefined) return undefined;
  return `${command} is not installed: apt-get install ${systemPackages[command]}`;
}

/**
 * The same for tests: a reason to skip, or undefined to run. With `CI=true` nothing is skipped.
 * @param {...SystemCommand} commands
 * @throws {Error} in continuous integration, if one of the commands is missing
 */
export function skipReason(...commands) {
  const reasons = commands.map(whyMissing).filter((reason) => reason !== undefined);
  if (reasons.length === 0) return undefined;
  const reason = reasons.join('; ');
  if (process.env['CI'] === 'true')
    throw new Error(`${reason} (with CI=true a missing program is a failure)`);
  return reason;
}

/** Whether this process may install Debian packages. */
export function canInstall() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** For apt-get: ask nothing, and start none of the services that are installed. */
export const installEnvironment = { DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1' };

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
