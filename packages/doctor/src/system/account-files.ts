import { readFileSync } from 'node:fs';

/** A database of accounts. */
export type AccountDatabase = 'group' | 'passwd';

/**
 * An entry of `/etc/passwd` or `/etc/group`, in its fields. Others, of LDAP for example, are not in these files: `getent`
 * knows them, and takes a process.
 *
 * @param key a name, or a number
 */
export function accountEntry(database: AccountDatabase, key: string | number): string[] | undefined {
  const field = typeof key === 'number' ? 2 : 0;
  return entries(database).find((entry) => entry[field] === String(key));
}

/** The numbers of all groups that name a user, beside the user's own. */
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
