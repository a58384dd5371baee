/** A user of the machine. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** All groups, by number. */
  readonly groups: readonly number[];
}

/** A file or folder on the way to something. */
export interface PathEntry {
  readonly path: string;
  readonly isFolder: boolean;
  /** Permissions, the lowest nine bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** By name, for people. */
  readonly owner: string;
  readonly group: string;
}

/** What the system may be asked for: the bits of one class of users. */
export const Permission = { execute: 1, write: 2, read: 4 } as const;

/** Whether a user may do something with a file, as its mode has it; access lists are not looked at. */
export function isAllowed(entry: PathEntry, user: Account, permission: number): boolean {
  // Root needs a run bit to run something, and nothing for all else.
  if (user.uid === 0) return permission !== Permission.execute || (entry.mode & 0o111) !== 0;
  if (entry.uid === user.uid) return (entry.mode & (permission << 6)) !== 0;
  if (user.groups.includes(entry.gid)) return (entry.mode & (permission << 3)) !== 0;
  return (entry.mode & permission) !== 0;
}

/** What the way leads to, unless it ends in a folder. */
export function fileOf(entries: readonly PathEntry[]): PathEntry | undefined {
  const last = entries.at(-1);
  return last?.isFolder ? undefined : last;
}

/** The first folder on the way to something that a user may not enter. */
export function closedFolder(entries: readonly PathEntry[], user: Account): PathEntry | undefined {
  if (user.uid === 0) return undefined;
  return entries.find((entry) => entry.isFolder && !isAllowed(entry, user, Permission.execute));
}

/** How `ls -l` writes it, for people: `rwxr-x--- root:www-data /run/app`. */
export function describeEntry({ mode, owner, group, path }: PathEntry): string {
  const letters = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  return `${letters.join('')} ${owner}:${group} ${path}`;
}
