import { statSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';

/** The folder in which a command was started, by the name that its user knows it by. */
export interface StartFolder {
  /** Its path; below a symbolic link such as `current`, the one through the link. */
  readonly path: string;
  /** The path of a file as it is below {@link path}, for one that is in the folder. */
  named(file: string): string;
}

/**
 * A shell tells in PWD through which links it has come to its folder. Where they lead elsewhere later, as that to a release
 * does, processes that are started then go with them, and do not stay in a folder that may be gone.
 *
 * @param cwd the folder, without links
 * @param pwd what the environment says
 */
export function startFolder(cwd: string, pwd: string | undefined): StartFolder {
  const path = pwd !== undefined && isAbsolute(pwd) && isSame(pwd, cwd) ? pwd : cwd;
  return {
    path,
    named: (file) => {
      const below = relative(cwd, file);
      return below.startsWith('..') || isAbsolute(below) ? file : join(path, below);
    },
  };
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}
