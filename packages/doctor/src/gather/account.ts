import { execFileSync } from 'node:child_process';
import { missingUser } from '../errors.ts';
import type { Account } from '../system/access.ts';

/** Names of the users that web servers run as on Debian, Fedora, Alpine, Arch, macOS and FreeBSD, the most usual first. */
export const WEB_SERVER_USERS = ['www-data', 'nginx', 'apache', 'http', '_www', 'www'];

/**
 * Looks a user up as the system does.
 *
 * @throws DoctorError where there is none of that name
 */
export function findAccount(name: string): Account {
  const found = lookUp(name);
  if (found === undefined) throw missingUser(name);
  return found;
}

/** The calling user. */
export function callersAccount(): Account {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const groups = [...new Set([gid, ...(process.getgroups?.() ?? [])])];
  return { name: lookUp(String(uid))?.name ?? String(uid), uid, gid, groups };
}

/** Whom the web servers of this machine usually run as. */
export function usualAccount(): Account | undefined {
  for (const name of WEB_SERVER_USERS) {
    const account = lookUp(name);
    if (account !== undefined) return account;
  }
  return undefined;
}

/** How `uid=33(www-data) gid=33(www-data) groups=33(www-data),4(adm)` begins. A number may have no name. */
const ID_OUTPUT = /^uid=(\d+)(?:\(([^)]*)\))? gid=(\d+)/;

/** Asks `id`, which knows the users of directories such as LDAP, too: once, as each process takes its time. */
function lookUp(user: string): Account | undefined {
  const [before = '', groups] = idOutput(user).split(' groups=');
  const [, uid, name, gid] = ID_OUTPUT.exec(before) ?? [];
  if (uid === undefined || gid === undefined || groups === undefined) return undefined;
  const numbers = [...groups.matchAll(/(?:^|,)(\d+)/g)].map(([, number]) => Number(number));
  return { name: name ?? user, uid: Number(uid), gid: Number(gid), groups: numbers };
}

/** @returns what `id` prints; empty where there is no such user */
function idOutput(user: string): string {
  try {
    return execFileSync('id', ['--', user], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/** A user by number, such as the owner of a file. */
export function lookUpOwner(uid: number): Account | undefined {
  return lookUp(String(uid));
}
