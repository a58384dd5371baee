import { resolve } from 'node:path';
import { invalidBundle } from './errors.ts';

/** Files that the web server sends itself. */
export interface StaticFiles {
  /** Where they are; relative to `cwd`. */
  readonly folder: string;
  /** The path below which they are asked for, without the prefix of the application: `/assets`. */
  readonly prefix: string;
}

/** What a bundle is made of, and for which host. */
export interface BundleOptions {
  /** The application: its file, or the folder of its project; relative to `cwd`. */
  readonly app: string;
  /** What paths are relative to. */
  readonly cwd: string;
  /**
   * Packages that are copied as they are, with what they depend on: those that are loaded by a name made at run time, or that read
   * files of their own. Packages with native modules are copied anyway.
   *
   * @defaultValue none
   */
  readonly external?: readonly string[];
  /**
   * The home folder on the host, absolute: the application finds it as HOME where the web server sets none.
   *
   * @defaultValue the host's own list of users says it at each start
   */
  readonly home?: string | undefined;
  /**
   * Files of the project that the application reads at run time: paths and patterns with `*`, `?` and `**`, relative to the project. A folder
   * stands for all that is in it.
   *
   * @defaultValue none
   */
  readonly include?: readonly string[];
  /**
   * How many releases are kept, the current one among them, from 1 to 1,000. With `release` only.
   *
   * @defaultValue 5
   */
  readonly keep?: number | undefined;
  /**
   * The prefix that the folder has on the site.
   *
   * @defaultValue the one that the application has been built for, otherwise `/`
   */
  readonly mount?: string | undefined;
  /**
   * The file of Node on the host, absolute.
   *
   * @defaultValue it is looked for at each start
   */
  readonly node?: string | undefined;
  /** The folder that is made; relative to `cwd`. One that is there already must be a bundle, or empty. */
  readonly output: string;
  /**
   * Makes `releases/DATE` in the folder, and switches to it.
   *
   * @defaultValue false: the folder is the bundle, and replaced as a whole
   */
  readonly release?: boolean;
  /**
   * Writes source maps, so that stacks name lines of the sources. They are two to three times as large as the code.
   *
   * @defaultValue false
   */
  readonly sourceMaps?: boolean;
  /**
   * Folders that the web server sends itself, beside those that a framework has built.
   *
   * @defaultValue none
   */
  readonly static?: readonly StaticFiles[];
}

/** How many releases are kept by default: the current one, and some to go back to. */
export const KEPT_RELEASES = 5;
const MOST_RELEASES = 1_000;

/** @throws BundleError `FCGI_BUNDLE_INVALID` where an option makes no sense */
export function checkOptions({ cwd, home, keep, node, output, release }: BundleOptions): void {
  checkHostPath('--home', home);
  checkHostPath('--node', node);
  if (keep !== undefined && release !== true) throw invalidBundle('--keep is for --release.');
  if (keep !== undefined && !(Number.isInteger(keep) && keep >= 1 && keep <= MOST_RELEASES)) {
    throw invalidBundle(`--keep ${keep}: must be a whole number from 1 to ${MOST_RELEASES}.`);
  }
  if (resolve(cwd, output) === resolve(cwd)) {
    throw invalidBundle(`-o ${output}: must be a folder of its own, and not the one that you are in.`);
  }
}

/** It stands in a script, which runs in another folder. */
function checkHostPath(flag: string, path: string | undefined): void {
  if (path === undefined) return;
  if (!path.startsWith('/')) throw invalidBundle(`${flag} ${path}: must be an absolute path on the host.`);
  if (/\p{Cc}/u.test(path)) throw invalidBundle(`${flag}: the path has control characters.`);
}
