import { execFileSync } from 'node:child_process';
import { type BigIntStats, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PathEntry } from './access.ts';
import { type AccountDatabase, accountEntry } from './account-files.ts';

/**
 * Every folder from `/` to a file, and the file last. Where symbolic links lead elsewhere, the folders of both paths are there.
 *
 * @param path absolute
 * @returns what exists: the array ends before the first entry that is missing, or that the caller may not see
 */
export async function pathEntries(path: string): Promise<PathEntry[]> {
  const real = await realpath(path).catch(() => path);
  const folders =
    real === path ? [] : [...foldersAbove(path)].filter((folder) => !real.startsWith(`${folder}/`));
  const entries: PathEntry[] = [];
  for (const each of [...foldersAbove(real), ...folders, real]) {
    const stats = look(each);
    if (stats === undefined) break;
    entries.push(entryOf(each, stats));
  }
  return entries;
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [...foldersAbove(above), above];
}

/** Nothing where there is nothing, and where the caller may not look. */
function look(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}

function entryOf(path: string, stats: BigIntStats): PathEntry {
  const [uid, gid] = [Number(stats.uid), Number(stats.gid)];
  return {
    path,
    isFolder: stats.isDirectory(),
    mode: Number(stats.mode) & 0o777,
    uid,
    gid,
    owner: nameOf('passwd', uid),
    group: nameOf('group', gid),
  };
}

const names = new Map<string, string>();

/** The name of a user (`'passwd'`) or a group (`'group'`); the ID as text where it has none. Names are kept in memory. */
export function nameOf(database: AccountDatabase, id: number): string {
  const key = `${database} ${id}`;
  const known = names.get(key) ?? accountEntry(database, id)?.[0] ?? lookUp(database, id);
  names.set(key, known);
  return known;
}

/** The number where nothing has a name for it. */
function lookUp(database: string, id: number): string {
  try {
    const line = execFileSync('getent', [database, String(id)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return line.slice(0, line.indexOf(':'));
  } catch {
    return String(id);
  }
}
