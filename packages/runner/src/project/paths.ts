import { statSync } from 'node:fs';

/** What a file of an application may end in, in the order in which it is looked for. */
export const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** A file, with the extension that its name lacks. */
export function findFile(path: string): string | undefined {
  if (isFile(path)) return path;
  return EXTENSIONS.map((extension) => path + extension).find(isFile);
}

export function isFile(path: string): boolean {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.isFile() === true;
}

export function isFolder(path: string): boolean {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.isDirectory() === true;
}
