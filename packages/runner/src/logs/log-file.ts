import pino from 'pino';
import { systemReason } from '../system-reason.ts';
import { linesIn } from './lines-in.ts';
import { openLogFile } from './prepare-log-files.ts';

/** Something that lines are written to. */
export interface LogSink {
  /** Takes whole lines, each with its end. Never fails: what cannot be written is lost. */
  write(lines: string): void;
}

type SonicBoom = ReturnType<typeof pino.destination>;

/** Its types know of text only. */
interface Destination extends Omit<SonicBoom, 'write'> {
  write(bytes: string | Uint8Array): boolean;
}

/** Bytes that are kept while a disk is full. */
const KEPT_BYTES = 1_048_576;

/**
 * A file of log lines. What comes in one turn of the event loop is written in one go, at its end; with `O_APPEND` lines
 * of several processes do not mix. A log that cannot be written is reported, once, and stops nothing.
 */
export class LogFile implements LogSink {
  readonly #path: string;
  readonly #report: (message: string) => void;
  readonly #user: number | undefined;
  #destination: Destination | undefined;
  #pending: Uint8Array[] = [];
  #isFailing = false;
  #lost = 0;

  /** @param user whose file it may be where root opens it: the one that the application runs as */
  constructor(path: string, report: (message: string) => void, user?: number) {
    this.#path = path;
    this.#report = report;
    this.#user = user;
    this.#open();
    // Also of a process that crashes.
    process.on('exit', () => this.flush());
  }

  write(lines: string | Uint8Array): void {
    if (this.#pending.length === 0) setImmediate(() => this.flush());
    this.#pending.push(typeof lines === 'string' ? Buffer.from(lines) : lines);
  }

  /** Writes what has come. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    if (this.#destination === undefined) this.#lost += linesIn(bytes);
    else this.#destination.write(bytes);
  }

  /** Goes on in the file that has this name now. Where that fails, in the one from before. */
  reopen(): void {
    this.flush();
    const before = this.#destination;
    this.#isFailing = false;
    if (!this.#open() || before === undefined) return;
    before.once('error', () => before.destroy());
    before.end();
  }

  #open(): boolean {
    try {
      const destination: SonicBoom = pino.destination({
        dest: openLogFile(this.#path, this.#user),
        contentMode: 'buffer',
        maxLength: KEPT_BYTES,
        retryEAGAIN: () => false,
        sync: true,
      });
      destination.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
      destination.on('drop', (bytes: unknown) => {
        this.#lost += linesIn(bytes as Uint8Array);
      });
      destination.on('write', () => this.#recover());
      this.#destination = destination;
      return true;
    } catch (error) {
      this.#fail(error as Error);
      return false;
    }
  }

  #fail(error: Error): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#report(`the log ${this.#path} cannot be written: ${systemReason(error)}`);
  }

  #recover(): void {
    if (!this.#isFailing && this.#lost === 0) return;
    const loss = this.#lost === 0 ? 'nothing is lost' : `${this.#lost} lines are lost`;
    this.#isFailing = false;
    this.#lost = 0;
    this.#report(`the log ${this.#path} is written again; ${loss}`);
  }
}
