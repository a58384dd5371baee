import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { optionError } from '../errors.ts';

/** Whether a path stands for the files that it describes. */
export function isPattern(path: string): boolean {
  return /[*?]/.test(path);
}

/**
 * The files that a path describes, in the order of their names: `*` stands for any characters but a slash, `?` for one. As for a shell,
 * neither stands for the dot of a hidden file.
 *
 * @param folder what the path is relative to
 * @returns one path for a path without such characters, whether the file is there or not
 * @throws RunnerError where no file is like that
 */
export function filesLike(path: string, folder: string): string[] {
  const whole = resolve(folder, path);
  const found = whole
    .split('/')
    .reduce<string[]>(
      (folders, segment) =>
        isPattern(segment)
          ? folders.flatMap((above) => namesLike(segment, above).map((name) => join(above, name)))
          : folders.map((above) => join(above, segment)),
      ['/'],
    );
  if (found.length > 0) return found;
  throw optionError(`There is no file like ${whole}.`);
}

function namesLike(pattern: string, folder: string): string[] {
  const words = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^(?!\\.)${words}$`, 's');
  return entriesOf(folder)
    .filter((name) => expression.test(name))
    .sort();
}

/** None of what is no folder: a pattern may be like a file there, too. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw optionError(`The folder ${folder} cannot be read: ${(error as Error).message}`);
  }
}
