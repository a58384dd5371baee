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
  const name = ask('-un') ?? String(uid);
  return {
    name,
    uid,
    gid: process.getgid?.() ?? 0,
    groups: [...new Set([process.getgid?.() ?? 0, ...(process.getgroups?.() ?? [])])],
  };
}

/** Whom the web servers of this machine usually run as. */
export function usualAccount(): Account | undefined {
  return WEB_SERVER_USERS.map(lookUp).find((account) => account !== undefined);
}

function lookUp(user: string): Account | undefined {
  const [uid, gid, groups, name] = ['-u', '-g', '-G', '-un'].map((option) => ask(option, user));
  if (uid === undefined || gid === undefined || groups === undefined) return undefined;
  return { name: name ?? user, uid: Number(uid), gid: Number(gid), groups: groups.split(' ').map(Number) };
}

function ask(option: string, user?: string): string | undefined {
  try {
    const words = user === undefined ? [option] : [option, '--', user];
    return execFileSync('id', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** A user by number, such as the owner of a file. */
export function lookUpOwner(uid: number): Account | undefined {
  return lookUp(String(uid));
}
