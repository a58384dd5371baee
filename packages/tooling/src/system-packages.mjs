// The programs that tests run and npm cannot install, and what to do about those that are missing.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Program → the package of Debian and Ubuntu that has it. The one list: `npm test` installs from it, tests skip by it.
 * @satisfies {Record<string, string>}
 */
export const systemPackages = {
  apache2: 'apache2',
  caddy: 'caddy',
  chromium: 'chromium',
  gcc: 'gcc',
  go: 'golang-go',
  h2o: 'h2o',
  haproxy: 'haproxy',
  'headers of libc': 'libc6-dev',
  ip: 'iproute2',
  libfcgi: 'libfcgi-dev',
  lighttpd: 'lighttpd',
  mod_fcgid: 'libapache2-mod-fcgid',
  nginx: 'nginx',
  openssl: 'openssl',
  'php-fpm8.2': 'php8.2-fpm',
  perl: 'perl-base',
  prometheus_client: 'python3-prometheus-client',
  script: 'bsdutils',
  'spawn-fcgi': 'spawn-fcgi',
  supervisord: 'supervisor',
  'start-stop-daemon': 'dpkg',
  stunnel: 'stunnel4',
  'systemd-analyze': 'systemd',
  'systemd-notify': 'systemd',
  'systemd-socket-activate': 'systemd',
  tshark: 'tshark',
  'wg-quick': 'wireguard-tools',
  wrk: 'wrk',
};

/** @typedef {keyof typeof systemPackages} SystemProgram */

export const systemPrograms = /** @type {SystemProgram[]} */ (Object.keys(systemPackages));

/**
 * Programs that are no commands but files in a known place.
 * @type {Partial<Record<SystemProgram, string>>}
 */
const files = {
  'headers of libc': '/usr/include/stdio.h',
  libfcgi: '/usr/include/fcgiapp.h',
  mod_fcgid: '/usr/lib/apache2/modules/mod_fcgid.so',
  prometheus_client: '/usr/lib/python3/dist-packages/prometheus_client/openmetrics/parser.py',
};

/** Debian has web servers here, outside a user's PATH. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Where a program is.
 * @param {SystemProgram} program
 * @returns {string | undefined} its path, or undefined if it is not installed
 */
export function findProgram(program) {
  const file = files[program];
  if (file !== undefined) return existsSync(file) ? file : undefined;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .concat(systemFolders)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/**
 * Why something cannot run here, with the packages to install; undefined if all programs it needs are there.
 * @param {...SystemProgram} programs
 */
export function whyMissing(...programs) {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return undefined;
  const packages = missing.map((program) => systemPackages[program]).join(' ');
  return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed: apt-get install ${packages}`;
}

/**
 * The same for tests: a reason to skip, or undefined to run. With `CI=true` nothing is skipped.
 * @param {...SystemProgram} programs
 * @throws {Error} in continuous integration, if one of the programs is missing
 */
export function skipReason(...programs) {
  const reason = whyMissing(...programs);
  if (reason === undefined || process.env['CI'] !== 'true') return reason;
  throw new Error(`${reason} (with CI=true a missing program is a failure)`);
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
