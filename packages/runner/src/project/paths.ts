import { type BigIntStats, statSync } from 'node:fs';

/** What a file of an application may end in, in the order in which it is looked for. */
export const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** A file, with the extension that its name lacks. */
export function findFile(path: string): string | undefined {
  if (isFile(path)) return path;
  return EXTENSIONS.map((extension) => path + extension).find(isFile);
}

export function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** What is below a file is not there either, which `statSync` of Node 20 takes for an error. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
