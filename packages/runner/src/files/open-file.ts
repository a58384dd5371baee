import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { RunnerError } from '../errors.ts';
import { type HeldFolder, holdFolder } from './held-folder.ts';

/** How a file is opened. */
export interface OpenOptions {
  /** Makes the folders that are not there. */
  readonly makeFolders?: boolean;
  /**
   * Permissions of a file that is made, less the umask.
   *
   * @defaultValue 0o666
   */
  readonly mode?: number;
  /** A user whose files root may open where others can put files, too: the one that the application runs as. */
  readonly user?: number | undefined;
}

/**
 * Opens a file that the command line or the configuration file names. For root, nothing on the way there is followed that another user
 * can have put there: see {@link holdFolder}. In a folder that others can write, root opens regular files, pipes and the
 * like only where they belong to root, to the owner of the folder or to `user`, and have no other name.
 *
 * @param flags of `node:fs.constants`
 * @returns the descriptor
 * @throws RunnerError where that is not so, and otherwise the error of the system
 */
export function openFile(path: string, flags: number, options: OpenOptions = {}): number {
  const { makeFolders = false, mode = 0o666, user } = options;
  if (process.geteuid?.() !== 0) {
    if (makeFolders) mkdirSync(dirname(path), { recursive: true });
    return openSync(path, flags, mode);
  }
  const folder = holdFolder(path, { makeFolders });
  try {
    const { inside, kind, name } = folder;
    if (kind === 'descriptors') return openSync(inside + name, flags, mode);
    const fd = openExisting(inside + name, (flags & ~constants.O_TRUNC) | constants.O_NOFOLLOW, mode);
    try {
      const stats = fstatSync(fd, { bigint: true });
      if (kind === 'shared') checkOwner(path, stats, folder, user);
      if ((flags & constants.O_TRUNC) !== 0 && stats.isFile()) ftruncateSync(fd);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } finally {
    folder.close();
  }
}

/**
 * Opens a file that is there as one that is there: with O_CREAT the kernel refuses those of other users in some folders
 * (fs.protected_regular), and whose files are opened is decided here.
 */
function openExisting(path: string, flags: number, mode: number): number {
  const { O_CREAT, O_EXCL } = constants;
  if ((flags & O_CREAT) === 0 || (flags & O_EXCL) !== 0) return openSync(path, flags, mode);
  try {
    return openSync(path, flags & ~O_CREAT, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return openSync(path, flags, mode);
  }
}

function checkOwner(path: string, stats: BigIntStats, { owner }: HeldFolder, user: number | undefined): void {
  const nlink = Number(stats.nlink);
  const uid = Number(stats.uid);
  if (stats.isDirectory()) return;
  if (uid !== 0 && uid !== owner && uid !== user) {
    throw new RunnerError(
      'FCGI_FILE_UNSAFE',
      `root does not open ${path}, because it belongs to user ${uid}, in a folder that others can write. Remove the file, or let it belong to root: chown root ${path}`,
    );
  }
  if (nlink > 1) {
    throw new RunnerError(
      'FCGI_FILE_UNSAFE',
      `root does not open ${path}, because the same file has ${nlink - 1} other names (hard links), and another user may have given it this one. Remove this name: rm ${path}`,
    );
  }
}
