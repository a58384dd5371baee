import { readFileSync } from 'node:fs';

/** A database of accounts, `/etc/group` or `/etc/passwd`. */
export type AccountDatabase = 'group' | 'passwd';

/**
 * An entry of `/etc/passwd` or `/etc/group`, split into its fields. Accounts of other sources, such as LDAP, are not found: `getent`
 * knows them, and takes a process.
 *
 * @param key a name as text, or an ID as a number
 * @returns `undefined` where there is no such entry
 */
export function accountEntry(database: AccountDatabase, key: string | number): string[] | undefined {
  const field = typeof key === 'number' ? 2 : 0;
  return entries(database).find((entry) => entry[field] === String(key));
}

/** The IDs of all groups in `/etc/group` that list a user. The user's own group need not be among them. */
export function groupsNaming(user: string): number[] {
  return entries('group')
    .filter(([, , , members = '']) => members.split(',').includes(user))
    .map(([, , gid]) => Number(gid));
}

function entries(database: AccountDatabase): string[][] {
  return text(`/etc/${database}`)
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.split(':'));
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // A system may keep its accounts elsewhere.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
