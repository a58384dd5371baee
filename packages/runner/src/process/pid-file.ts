import { closeSync, constants, fstatSync, readFileSync, rmSync } from 'node:fs';
import { readProc } from '@fcgi-js/inspector/system';
import { RunnerError } from '../errors.ts';
import { openFile } from '../files/open-file.ts';
import { replaceFile } from '../files/replace-file.ts';
import { systemReason } from '../system-reason.ts';

/** Milliseconds between two attempts to write the file of a process that serves. */
const RETRY = 5_000;
/** Seconds by which the start of a process and the time of a file may differ that are the same. */
const CLOCK_ERROR = 2;

/**
 * A file that tells the id of this process. It is there in one piece or not at all; one whose process has gone is
 * replaced, also where another process has its number now.
 */
export class PidFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Writes it, unless another process stands in it and runs.
   *
   * @param predecessor a process that may stand in it, because this one takes its place
   * @throws RunnerError where it belongs to another, or cannot be written
   */
  write(predecessor?: number): void {
    const { pid: holder, writtenAt = 0 } = this.#read() ?? {};
    const isOurs = holder === undefined || holder === process.pid || holder === predecessor;
    if (!isOurs && isAlive(holder) && !beganAfter(holder, writtenAt)) {
      throw new RunnerError(
        'FCGI_FILE_UNUSABLE',
        `${this.#path} says that process ${holder} serves this already, and it runs. If it is something else, remove the file.`,
      );
    }
    try {
      replaceFile(this.#path, `${process.pid}\n`, 0o644);
    } catch (error) {
      throw new RunnerError(
        'FCGI_FILE_UNUSABLE',
        `The pid file cannot be written: ${systemReason(error)} (${this.#path})`,
      );
    }
  }

  /**
   * Writes it for a process that takes the place of another, and serves already: what cannot be written, as on a full disk, is said
   * once, and tried again until it can be.
   */
  takeOver(predecessor: number, say: (message: string) => void): void {
    try {
      this.write(predecessor);
      return;
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      say(
        `${error.message} Until it can be written, which is tried again, signals are for process ${process.pid}`,
      );
    }
    const trying = setInterval(() => {
      try {
        this.write(predecessor);
        clearInterval(trying);
        say(`the pid file ${this.#path} has been written`);
      } catch (error) {
        if (!(error instanceof RunnerError)) throw error;
      }
    }, RETRY).unref();
  }

  /** Removes it, if it still tells this process. Who may not, because it is no longer root, leaves it. */
  remove(): void {
    try {
      if (this.#read()?.pid !== process.pid) return;
      rmSync(this.#path);
    } catch (error) {
      // What cannot be read is not what this process has written.
      const isDenied = ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!isDenied && !(error instanceof RunnerError)) throw error;
    }
  }

  /** @returns undefined where it is not there, or tells no process */
  #read(): { readonly pid: number; readonly writtenAt: number } | undefined {
    try {
      // Not waiting for a process that writes to a named pipe.
      const fd = openFile(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        // What is written takes the place of what is there: of a device that would be the end, and one may have no end of bytes.
        const stats = fstatSync(fd, { bigint: true });
        if (!stats.isFile()) throw notRegular(this.#path);
        const text = readFileSync(fd, 'utf8').trim();
        return /^[1-9]\d*$/.test(text)
          ? { pid: Number(text), writtenAt: Number(stats.mtimeMs) / 1000 }
          : undefined;
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (error instanceof RunnerError) throw error;
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new RunnerError(
        'FCGI_FILE_UNUSABLE',
        `The pid file cannot be read: ${systemReason(error)} (${this.#path})`,
      );
    }
  }
}

function notRegular(path: string): RunnerError {
  return new RunnerError(
    'FCGI_FILE_UNUSABLE',
    `The pid file ${path} is not a regular file. Choose another path, or leave --pid-file out.`,
  );
}

/**
 * Whether a process began after a file was written, and so is another one than the file tells: after a crash or a restart of the machine,
 * numbers are given again. Only Linux shows it.
 *
 * @param writtenAt seconds since 1970
 */
function beganAfter(pid: number, writtenAt: number): boolean {
  const boot = /^btime (\d+)$/m.exec(readProc('stat'))?.[1];
  const stat = readProc(`${pid}/stat`);
  // After the name in parentheses, which may hold anything: the 22nd field, in hundredths of a second since the boot.
  const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  if (boot === undefined || began === undefined) return false;
  return Number(boot) + Number(began) / 100 > writtenAt + CLOCK_ERROR;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process runs, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
