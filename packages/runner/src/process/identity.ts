import { execFileSync } from 'node:child_process';
import { optionError } from '../errors.ts';

/** A user and groups that a process can become. */
export interface Identity {
  readonly gid: number;
  /** Undefined where a number has no entry on this machine. */
  readonly home: string | undefined;
  readonly name: string | undefined;
  readonly uid: number;
}

/**
 * Looks up whom the application is to run as.
 *
 * @param user a name or number
 * @param group a name or number; the user's own where it is undefined
 * @returns undefined where this process is that user already
 * @throws RunnerError where there is no such user, or this process may not become one
 */
export function findIdentity(user: string | undefined, group: string | undefined): Identity | undefined {
  if (user === undefined) {
    if (group !== undefined) throw optionError('--group is the group of --user, which is missing.');
    return undefined;
  }
  const [name, , uid = user, ownGid, , home] = lookUp('passwd', user) ?? [];
  if (name === undefined && !isNumber(user)) throw optionError(`There is no user ${user} on this machine.`);
  const identity = { gid: groupId(group, ownGid, user), home, name, uid: Number(uid) };
  if (process.getuid?.() === 0) return identity;
  if (process.getuid?.() === identity.uid && process.getgid?.() === identity.gid) return undefined;
  throw optionError(
    `Only root can become ${user}: start this command as root, or as that user and without --user.`,
  );
}

function groupId(group: string | undefined, ownGid: string | undefined, user: string): number {
  if (group === undefined) {
    if (ownGid !== undefined) return Number(ownGid);
    throw optionError(
      `The user ${user} has no entry on this machine, and so no group: name one with --group.`,
    );
  }
  if (isNumber(group)) return Number(group);
  const gid = lookUp('group', group)?.[2];
  if (gid === undefined) throw optionError(`There is no group ${group} on this machine.`);
  return Number(gid);
}

const isNumber = (text: string) => /^\d+$/.test(text);

/** getent's exit status for an entry that is not there. */
const NO_ENTRY = 2;

/** An entry as the system finds it (files, LDAP, …), in its fields. */
function lookUp(database: 'group' | 'passwd', nameOrId: string): string[] | undefined {
  try {
    const entry = execFileSync('getent', [database, '--', nameOrId], { encoding: 'utf8' });
    return entry.trimEnd().split(':');
  } catch (error) {
    if ((error as { status?: unknown }).status === NO_ENTRY) return undefined;
    throw error;
  }
}

/** Node has it and documents it; its types do not. */
type WithInitgroups = NodeJS.Process & { initgroups?(user: string, group: number): void };

/**
 * Makes this process another user, with the groups of that user and no way back. The order matters: a process that has
 * given up being root can change no group any more.
 *
 * @throws Error where the system has left this process any of what it had
 */
export function become({ gid, name, uid }: Identity): void {
  if (name === undefined) process.setgroups?.([gid]);
  else (process as WithInitgroups).initgroups?.(name, gid);
  process.setgid?.(gid);
  process.setuid?.(uid);
  const now = [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.()];
  const isTaken = now.join() === [uid, uid, gid, gid].join();
  if (!isTaken || (uid !== 0 && canReturn())) {
    throw new Error(`This process could not become user ${uid}, group ${gid}, for good.`);
  }
}

function canReturn(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}
