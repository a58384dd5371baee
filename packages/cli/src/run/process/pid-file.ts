import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CommandFailure } from '../../command-failure.ts';

/**
 * A file that tells the id of this process. It is there in one piece or not at all; one whose process has gone is
 * replaced.
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
   * @throws CommandFailure where it belongs to another, or cannot be written
   */
  write(predecessor?: number): void {
    const holder = this.#read();
    if (holder !== undefined && holder !== process.pid && holder !== predecessor && isAlive(holder)) {
      throw new CommandFailure(
        `${this.#path} says that process ${holder} serves this already, and it runs. If it is something else, remove the file.`,
      );
    }
    const temporary = `${this.#path}.${process.pid}`;
    try {
      rmSync(temporary, { force: true });
      // A link that somebody has put there is not followed.
      writeFileSync(temporary, `${process.pid}\n`, { flag: 'wx', mode: 0o644 });
      renameSync(temporary, this.#path);
    } catch (error) {
      throw new CommandFailure(`The pid file cannot be written: ${(error as Error).message}`);
    }
  }

  /** Removes it, if it still tells this process. Who may not, because it is no longer root, leaves it. */
  remove(): void {
    if (this.#read() !== process.pid) return;
    try {
      rmSync(this.#path);
    } catch (error) {
      if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }

  #read(): number | undefined {
    try {
      const text = readFileSync(this.#path, 'utf8').trim();
      return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new CommandFailure(`The pid file cannot be read: ${(error as Error).message}`);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process runs, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
