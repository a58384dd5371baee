import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';

/** What an application is loaded from. Templates and the like it reads itself, again and again. */
const SOURCE = /\.(?:[cm]?[jt]sx?|json)$|^\.env(?:\..+)?$/;
/** Folders of what others have made; whose application lies in one of them means it. */
const MADE = new Set(['build', 'coverage', 'dist', 'node_modules', 'out', 'tmp']);

/** Which files count. Paths are absolute. */
export interface ProjectFiles {
  /** Files and folders that do not count, with all that is below. */
  readonly ignored: readonly string[];
  /** The folder of the application. */
  readonly root: string;
  /** Files and folders that count, with all that is below, whatever they are. */
  readonly watched: readonly string[];
}

/** The folder of the `package.json` that an application belongs to, otherwise its own. */
export function projectFolder(file: string): string {
  const own = dirname(file);
  for (let folder = own; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return own;
  }
}

/**
 * Whether a change there reloads the application; of a folder, whether to look into it.
 *
 * @param application its file
 * @param isFolder whether the path is one, or not known yet
 */
export function counts(
  path: string,
  { ignored, root, watched }: ProjectFiles,
  application: string,
  isFolder: boolean,
): boolean {
  if (path === application) return true;
  if (ignored.some((one) => isWithin(path, one))) return false;
  if (watched.some((one) => isWithin(path, one))) {
    return !relative(watched.find((one) => isWithin(path, one)) ?? root, path)
      .split(sep)
      .includes('node_modules');
  }
  const folders = relative(root, isFolder ? path : dirname(path)).split(sep);
  const isMade = folders.some((name, index) => {
    const isOwn = isWithin(application, join(root, ...folders.slice(0, index + 1)));
    return !isOwn && (MADE.has(name) || /^\.[^.]/.test(name));
  });
  return !isMade && (isFolder || SOURCE.test(basename(path)));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
