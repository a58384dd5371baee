import { RunnerError } from '../errors.ts';

/** What is watched, and what happens to it. */
export interface SocketFileWatchOptions {
  /** Where it is served: `unix:/path`. */
  readonly address: string;
  /** Whether the file has gone. */
  readonly isGone: () => boolean;
  /** Opens a socket with such a file. @throws RunnerError why it cannot */
  readonly renew: () => Promise<void>;
  readonly say: (message: string) => void;
}

/** Milliseconds between two looks. */
const INTERVAL = 500;
/** Milliseconds after which it is tried again to make the file; twice as many after each failure. */
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 30_000;

/**
 * Looks whether the file of a Unix socket is still there: what cleans /tmp may remove it, or an operator by mistake, and then no web server reaches
 * the application, which goes on as if nothing were wrong. No file can be given to a socket that is there: another is opened.
 *
 *     watching ──file is gone──▶ renewing ──renewed, or failed and tried again after a while──▶ watching
 *        ▲  └────────pause────────┬──┘
 *     resume                      ▼
 *        └─────────────────── paused ──stop, from anywhere──▶ over
 *
 * Paused while a process that takes the place of this one starts: it serves on the socket that it was left, and the file of that one is
 * its to look after.
 */
export class SocketFileWatch {
  readonly #options: SocketFileWatchOptions;
  #complaint = '';
  #delay = FIRST_DELAY;
  #phase: 'over' | 'paused' | 'watching' = 'watching';
  #renewing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SocketFileWatchOptions) {
    this.#options = options;
    this.#look(INTERVAL);
  }

  /** Looks no more until {@link resume}; resolves when no socket is being opened. */
  async pause(): Promise<void> {
    if (this.#phase === 'watching') this.#phase = 'paused';
    clearInterval(this.#timer);
    await this.#renewing;
  }

  /** Goes on, unless it has been stopped. */
  resume(): void {
    if (this.#phase !== 'paused') return;
    this.#phase = 'watching';
    this.#look(INTERVAL);
  }

  /** Looks no more; resolves when no socket is being opened. */
  async stop(): Promise<void> {
    this.#phase = 'over';
    await this.pause();
  }

  #look(delay: number): void {
    if (this.#phase !== 'watching') return;
    this.#timer = setInterval(() => {
      if (!this.#options.isGone()) return;
      clearInterval(this.#timer);
      this.#renewing = this.#renew();
    }, delay).unref();
  }

  async #renew(): Promise<void> {
    const { address, renew, say } = this.#options;
    if (this.#complaint === '')
      say(`the socket file of ${address} has gone: it was removed or replaced, and no web server finds it`);
    try {
      await renew();
      say(`the socket file of ${address} has been made anew`);
      this.#complaint = '';
      this.#delay = FIRST_DELAY;
      this.#look(INTERVAL);
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      if (this.#complaint !== error.message) {
        say(`the socket file of ${address} could not be made anew, which is tried again: ${error.message}`);
      }
      this.#complaint = error.message;
      this.#look(this.#delay);
      this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
    }
  }
}
