import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readProc } from '@fcgi-js/inspector/system';
import { WEB_SERVER_USERS } from '../gather/account.ts';
import type { Account } from './access.ts';
import { accountEntry, groupsNaming } from './account-files.ts';

/** A web server of this machine, and the user that it connects as. */
export interface WebServerUser {
  readonly product: string;
  readonly user: Account;
}

/** The names of their programs, which a process has too. */
const PRODUCTS: Readonly<Record<string, string>> = {
  nginx: 'nginx',
  apache2: 'Apache',
  httpd: 'Apache',
  lighttpd: 'lighttpd',
  caddy: 'Caddy',
  h2o: 'h2o',
  haproxy: 'HAProxy',
};
/** Those that have a user of their own on Debian; the others share one. */
const OWN_USERS: Readonly<Record<string, string>> = {
  caddy: 'caddy',
  h2o: 'debian-h2o',
  haproxy: 'haproxy',
};
/** The names of the programs of web servers. */
export const WEB_SERVER_PROGRAMS: readonly string[] = Object.keys(PRODUCTS);
/** Where they are on Linux, macOS and FreeBSD. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The web servers that run here, or else the one that is installed, with the user that such a one usually has. */
export function webServerUsers(): WebServerUser[] {
  const running = runningWebServers();
  if (running.length > 0) return running;
  const program = WEB_SERVER_PROGRAMS.find((name) => FOLDERS.some((folder) => isProgram(join(folder, name))));
  if (program === undefined) return [];
  const users = [OWN_USERS[program] ?? [], WEB_SERVER_USERS].flat();
  const user = users.map(accountOf).find((each) => each !== undefined);
  return user === undefined ? [] : [{ product: PRODUCTS[program] ?? '', user }];
}

/** A process of root starts others, which connect: it does not count. */
function runningWebServers(): WebServerUser[] {
  const found = new Map<string, WebServerUser>();
  for (const pid of processes()) {
    const product = PRODUCTS[readProc(`${pid}/comm`).trim()];
    const uid =
      product === undefined
        ? undefined
        : statSync(`/proc/${pid}`, { bigint: true, throwIfNoEntry: false })?.uid;
    if (product === undefined || uid === undefined || uid === 0n || found.has(`${product} ${uid}`)) continue;
    const user = accountOf(Number(uid));
    if (user !== undefined) found.set(`${product} ${uid}`, { product, user });
  }
  return [...found.values()];
}

/** From the files alone: a process for each question would make every start slower. */
function accountOf(key: string | number): Account | undefined {
  const [name, , uid, gid] = accountEntry('passwd', key) ?? [];
  if (name === undefined) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), groups: [Number(gid), ...groupsNaming(name)] };
}

/** None on a system without /proc. */
function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
