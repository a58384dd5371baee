import { fstatSync, readdirSync, readFileSync } from 'node:fs';
import { errors, type FcgiServerError } from '../errors.ts';
import { mayRead } from './may-read.ts';

/** The part of its open files that a process keeps for other things than connections of web servers. */
const RESERVED = 1 / 8;

/** Milliseconds between two looks whether all are in use. */
const PERIOD = 1_000;

/**
 * How many files and sockets this process may have open (`ulimit -n`); Infinity where the system does not say it, or
 * `node --permission` does not allow asking.
 */
export function openFilesLimit(): number {
  if (process.platform !== 'linux' || !mayRead('/proc/self/')) return Number.POSITIVE_INFINITY;
  const soft = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** How many connections can be open so that an eighth of all files is left for the application. */
export function connectionsPossible(): number {
  const limit = openFilesLimit();
  if (limit === Number.POSITIVE_INFINITY) return limit;
  const inUse = readdirSync('/proc/self/fd').length;
  return Math.max(Math.floor(limit * (1 - RESERVED)) - inUse, 1);
}

/** Why a connection was closed at once: so many are open, and the option or the system allows no more. */
export function tooManyConnections(open: number, option: number): FcgiServerError {
  const { byFiles, byLimit } = errors.FCGI_CONNECTIONS_EXCEEDED;
  return open >= option ? byLimit(open) : byFiles(open, openFilesLimit());
}

/**
 * Notices that this process can open nothing more. Node says nothing of it: the system's library accepts connections and
 * closes them at once, so that the web server answers 502 and nothing says why.
 */
export class OpenFilesWatch {
  readonly #limit: number;
  readonly #onExhausted: (error: FcgiServerError) => void;
  #timer: NodeJS.Timeout | undefined;
  #state: 'exhausted' | 'sufficient' = 'sufficient';

  /** @param limit most open files */
  constructor(onExhausted: (error: FcgiServerError) => void, limit = openFilesLimit()) {
    this.#onExhausted = onExhausted;
    this.#limit = limit;
  }

  /** Looks every second until {@link stop}; does not keep the process. */
  start(): void {
    if (this.#timer !== undefined || this.#limit === Number.POSITIVE_INFINITY) return;
    this.#timer = setInterval(() => this.#look(), PERIOD);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const before = this.#state;
    this.#state = isOpen(this.#limit - 1) ? 'exhausted' : 'sufficient';
    if (this.#state === before || this.#state === 'sufficient') return;
    this.#onExhausted(errors.FCGI_OPEN_FILES_EXCEEDED.all(this.#limit, process.pid));
  }
}

/** Whether a descriptor is in use. The system gives out the lowest that is free, so the last one is used last. */
function isOpen(fd: number): boolean {
  try {
    fstatSync(fd, { bigint: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBADF') return false;
    throw error;
  }
}
