import { closeSync, constants, fchownSync } from 'node:fs';
import { RunnerError } from '../errors.ts';
import { openFile } from '../files/open-file.ts';
import { systemReason } from '../system-reason.ts';

/** What lines are written to: the path of a file, `-` for stdout, or `stderr`. */
export interface LogTargets {
  readonly accessLog?: string;
  readonly output?: string;
  readonly slowLog?: string;
}

/** A user and group of the system, by number. */
export interface Owner {
  readonly gid?: number;
  readonly uid?: number;
}

/** Without waiting for the reader of a named pipe. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY;
/** Readable for the group, such as `adm` in the folder of Debian's logs, and for no others. */
const MODE = 0o640;

/**
 * Opens a file to append to, and makes it if it is not there.
 *
 * @param user whose files root appends to as well, see {@link openFile}
 */
export function openLogFile(path: string, user?: number): number {
  return openFile(path, APPEND | constants.O_CREAT, { mode: MODE, user });
}

/**
 * Sees to it that log files are there and can be written, before anything depends on it.
 *
 * @param owner of the files that are made now. A file that is there already keeps its owner: a user who may write to
 *   its folder could put a link to any other file there.
 * @throws RunnerError where one cannot be written
 */
export function prepareLogFiles({ accessLog, output, slowLog }: LogTargets, owner: Owner = {}): void {
  for (const target of [accessLog, slowLog]) {
    if (target !== undefined && target !== '-' && target !== 'stderr') prepareLogFile(target, owner);
  }
  // The parent writes that one, which stays who it is.
  if (output !== undefined) closeLogFile(output, () => openLogFile(output, owner.uid));
}

function prepareLogFile(path: string, owner: Owner): void {
  closeLogFile(path, () => create(path, owner) ?? openFile(path, APPEND, { user: owner.uid }));
}

function closeLogFile(path: string, open: () => number): void {
  try {
    closeSync(open());
  } catch (error) {
    throw new RunnerError('FCGI_FILE_UNUSABLE', `The log ${path} cannot be written: ${systemReason(error)}`);
  }
}

/** @returns the descriptor of a new file, or `undefined` where there is one already */
function create(path: string, { gid, uid }: Owner): number | undefined {
  try {
    const fd = openFile(path, APPEND | constants.O_CREAT | constants.O_EXCL, { mode: MODE });
    if (uid !== undefined || gid !== undefined) fchownSync(fd, uid ?? -1, gid ?? -1);
    return fd;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}
