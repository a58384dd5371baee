/** A user of this machine. */
export interface Account {
  /** The name; the number as text where it has none. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** The numbers of all its groups, its own among them. */
  readonly groups: readonly number[];
}

/** A file, or a folder on the way to it, with its permissions. */
export interface PathEntry {
  /** Absolute. */
  readonly path: string;
  readonly isFolder: boolean;
  /** The nine permission bits, such as `0o755`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The owner's name; its number as text where it has none. The same for `group`. */
  readonly owner: string;
  readonly group: string;
}

/** Permission bits of one class of users, for {@link isAllowed}. */
export const Permission = { execute: 1, write: 2, read: 4 } as const;

/**
 * Whether the mode of a file allows a user something. Access lists (ACL) and SELinux are not considered.
 *
 * @param permission one of {@link Permission}, or a sum of them
 */
export function isAllowed(entry: PathEntry, user: Account, permission: number): boolean {
  // Root needs a run bit to run something, and nothing for all else.
  if (user.uid === 0) return permission !== Permission.execute || (entry.mode & 0o111) !== 0;
  if (entry.uid === user.uid) return (entry.mode & (permission << 6)) !== 0;
  if (user.groups.includes(entry.gid)) return (entry.mode & (permission << 3)) !== 0;
  return (entry.mode & permission) !== 0;
}

/** The file at the end of a path; `undefined` where it ends in a folder, or is empty. */
export function fileOf(entries: readonly PathEntry[]): PathEntry | undefined {
  const last = entries.at(-1);
  return last?.isFolder ? undefined : last;
}

/** The first folder of a path that a user may not enter; `undefined` where there is none, and for root. */
export function closedFolder(entries: readonly PathEntry[], user: Account): PathEntry | undefined {
  if (user.uid === 0) return undefined;
  return entries.find((entry) => entry.isFolder && !isAllowed(entry, user, Permission.execute));
}

/** Permissions, owner and path as `ls -l` writes them: `rwxr-x--- root:www-data /run/app`. */
export function describeEntry({ mode, owner, group, path }: PathEntry): string {
  const letters = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  return `${letters.join('')} ${owner}:${group} ${path}`;
}
