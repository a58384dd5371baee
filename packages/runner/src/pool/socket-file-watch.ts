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
 * Looks whether the file of a Unix socket is still there: what cleans /tmp may remove it, or somebody by mistake, and then no web server reaches
 * the application, which goes on as if nothing were wrong. No file can be given to a socket that is there: another is opened.
 *
 *     there ──file is gone──▶ gone ──renewed──▶ there
 *                             gone ──failed, tried again after a while──▶ gone
 */
export class SocketFileWatch {
  readonly #options: SocketFileWatchOptions;
  #complaint = '';
  #delay = FIRST_DELAY;
  #renewing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SocketFileWatchOptions) {
    this.#options = options;
    this.#look(INTERVAL);
  }

  /** Looks no more; resolves when no socket is being opened. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    clearInterval(this.#timer);
  }

  #look(delay: number): void {
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
