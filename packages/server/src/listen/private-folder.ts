import { closeSync, constants, fstatSync, mkdtempSync, openSync, rmdirSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { errors, type FcgiServerError } from '../errors.ts';
import { mayRead } from './may-read.ts';

const PREFIX = '.fcgi-';
/** What others may do. */
const OTHERS = 0o077n;
const WRITABLE_FOR_OTHERS = 0o022n;
const STICKY = 0o1000n;

/**
 * A folder beside a path that only this user can enter, for a file that is not ready for others yet. It is held open, and
 * everything in it is named by its descriptor: who may write the folder around it can put another one, or a link, in its
 * place, and what is done here does not follow.
 */
export class PrivateFolder {
  /** What the name of a file in it begins with, the slash included. */
  readonly inside: string;
  /** What the name of a file beside it begins with, the slash included. */
  readonly beside: string;
  /** Letters that no other folder here has. */
  readonly unique: string;
  readonly #fd: number;
  readonly #path: string;

  /**
   * @param folder in which it is made
   * @param descriptors where the system names what this process has open; Linux does so
   * @throws the error of the system, and FcgiServerError `FCGI_ADDRESS_DENIED` where others could interfere
   */
  constructor(folder: string, descriptors = '/proc/self/fd') {
    this.#path = mkdtempSync(join(folder, PREFIX));
    this.unique = basename(this.#path).slice(PREFIX.length);
    try {
      this.#fd = openSync(this.#path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    } catch (error) {
      this.#remove();
      throw error;
    }
    try {
      const { ino, mode, uid } = fstatSync(this.#fd, { bigint: true });
      if (Number(uid) !== process.geteuid?.() || (mode & OTHERS) !== 0n) throw interference(folder);
      const descriptor = `${descriptors}/${this.#fd}${sep}`;
      const hasDescriptor =
        mayRead(descriptor) && statSync(descriptor, { bigint: true, throwIfNoEntry: false })?.ino === ino;
      if (!hasDescriptor && uid === 0n && canBeReplaced(folder)) throw interference(folder);
      this.inside = hasDescriptor ? descriptor : `${this.#path}${sep}`;
      this.beside = hasDescriptor ? `${descriptor}..${sep}` : `${folder}${sep}`;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Removes it. It must be empty. */
  close(): void {
    closeSync(this.#fd);
    this.#remove();
  }

  #remove(): void {
    try {
      rmdirSync(this.#path);
    } catch (error) {
      // It was moved meanwhile: an empty folder, which does no harm.
      if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
    }
  }
}

/** Whether another user could put something else in the place of what root has made in a folder. */
export function canBeReplaced(folder: string): boolean {
  const { mode, uid } = statSync(folder, { bigint: true });
  return uid !== 0n || ((mode & WRITABLE_FOR_OTHERS) !== 0n && (mode & STICKY) === 0n);
}

/** Says that a folder is not safe for root to make a socket in. */
export function interference(folder: string): FcgiServerError {
  return errors.FCGI_ADDRESS_DENIED.folder(folder);
}
