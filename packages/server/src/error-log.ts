import { writeSync } from 'node:fs';
import { RemoteProtocolError } from '@fcgi-js/protocol';
import { FcgiServerError } from './errors.ts';

/** Entries of one kind that are written within {@link PERIOD}. */
const ENTRIES = 10;
/** Milliseconds. */
const PERIOD = 1_000;
const STDERR = 2;

/** How many errors of one code there were in the current period. */
interface Tally {
  since: number;
  count: number;
}

/**
 * The default `onError`: a line on the error output of the process.
 *
 * What a peer can cause at will is written without its stack and at most {@link ENTRIES} times a second for each
 * code, so that a peer cannot fill a disk, or this process with what waits to be written.
 */
export class ErrorLog {
  readonly #write: (line: string) => void;
  readonly #tallies = new Map<string, Tally>();

  /** @param write where lines go; the error output unless told otherwise */
  constructor(write: (line: string) => void = writeToStderr) {
    this.#write = write;
  }

  /** Writes an error. */
  report(error: unknown): void {
    if (error instanceof FcgiServerError || error instanceof RemoteProtocolError) {
      this.#reportCode(error);
    } else {
      this.#write(`fcgi-js: ${textOf(error)}\n`);
    }
  }

  #reportCode(error: FcgiServerError | RemoteProtocolError): void {
    const now = performance.now();
    const tally = this.#tallies.get(error.code);
    if (tally === undefined || now - tally.since >= PERIOD) {
      if (tally !== undefined && tally.count > ENTRIES) {
        this.#write(`fcgi-js: ${tally.count - ENTRIES} more errors ${error.code}\n`);
      }
      this.#tallies.set(error.code, { since: now, count: 1 });
    } else {
      tally.count += 1;
      if (tally.count > ENTRIES) return;
    }
    this.#write(`fcgi-js: ${error.code}: ${error.message}\n`);
  }
}

/** At once, so that nothing piles up; who does not read the error output gets no say in what is served. */
function writeToStderr(line: string): void {
  try {
    writeSync(STDERR, line);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Full, closed, or never there (some web servers start applications without it): the line is lost.
    if (code !== 'EAGAIN' && code !== 'EPIPE' && code !== 'EBADF') throw error;
  }
}

/** What was thrown, as text for a log. Never throws itself: handlers may throw whatever they like. */
export function textOf(error: unknown): string {
  try {
    if (error instanceof Error) return String(error.stack ?? `${error.name}: ${error.message}`);
    return `Thrown: ${String(error)}`;
  } catch {
    return 'Thrown: something that cannot be turned into text';
  }
}
