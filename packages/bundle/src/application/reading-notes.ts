import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** A name of a file or folder in quotes. */
const QUOTED_NAME = /['"`]([\w@.-][\w@./ -]{0,254}|\.{1,2}\/[\w@./ -]{1,254})['"`]/g;

/** A file or folder of the project that a module names in quotes. */
export interface NamedPath {
  /** Relative to the project. */
  readonly path: string;
  /** The module and the line, relative to the project: `src/server.js:5`. */
  readonly where: string;
}

/**
 * What a module names in quotes that is there, beside it or in the project: it may read that at run time, which a bundler cannot know.
 *
 * @param root the project
 */
export function namedPaths(file: string, text: string, root: string): NamedPath[] {
  const found = new Map<string, NamedPath>();
  for (const match of text.matchAll(QUOTED_NAME)) {
    const name = match[1] ?? '';
    const place = [resolve(dirname(file), name), resolve(root, name)].find(
      (each) => isWithin(each, root) && existsSync(each),
    );
    const path = place === undefined ? '' : relative(root, place);
    if (path === '' || path.startsWith('node_modules') || found.has(path)) continue;
    const line = text.slice(0, match.index).split('\n').length;
    found.set(path, { path, where: `${relative(root, file)}:${line}` });
  }
  return [...found.values()];
}

/**
 * Of what modules name, what is neither in the bundle nor included.
 *
 * @param present files of the bundle, relative to the project
 */
export function unreachable(
  named: readonly NamedPath[],
  root: string,
  present: ReadonlySet<string>,
): NamedPath[] {
  const files = [...present];
  const isThere = (path: string) =>
    present.has(path) ||
    (statSync(join(root, path)).isDirectory() && files.some((file) => file.startsWith(`${path}/`)));
  const once = new Map<string, NamedPath>();
  for (const each of named) if (!once.has(each.path) && !isThere(each.path)) once.set(each.path, each);
  return [...once.values()];
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
