import { execFileSync } from 'node:child_process';
import { causedBy, errors } from '../errors.ts';

/** The number of a user. Names are looked up as the system does (files, LDAP, …). */
export function userId(user: number | string): number {
  return idOf('passwd', 'user', user);
}

/** The number of a group. */
export function groupId(group: number | string): number {
  return idOf('group', 'group', group);
}

function idOf(database: 'group' | 'passwd', word: string, nameOrId: number | string): number {
  if (/^\d+$/.test(String(nameOrId))) return Number(nameOrId);
  try {
    const entry = execFileSync('getent', [database, '--', String(nameOrId)], { encoding: 'utf8' });
    return Number(entry.split(':')[2]);
  } catch (error) {
    throw causedBy(error, errors.FCGI_ADDRESS_INVALID.account(word, nameOrId));
  }
}
