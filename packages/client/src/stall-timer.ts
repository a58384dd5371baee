/** Above it, `setTimeout` would fire at once; such a limit means none. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * `setTimeout` for limits: one above 24.8 days, `Infinity` included, never fires.
 *
 * @returns the timer, or `undefined` where there is none to clear
 */
export function startTimer(callback: () => void, milliseconds: number): NodeJS.Timeout | undefined {
  return milliseconds > LONGEST_TIMEOUT ? undefined : setTimeout(callback, milliseconds);
}

/**
 * Fires when nothing has happened for a while. The time in which nothing is expected does not count, and neither ends
 * nor renews the rest: a peer that can make it pause gains nothing by that.
 *
 * ```text
 *  paused ── resume() ──▶ running ── stop() ──▶ stopped
 *    ▲                       │
 *    └─────── pause() ───────┘      restart() in any state but stopped: the whole time is left
 * ```
 */
export class StallTimer {
  readonly #onStall: () => void;
  /** Milliseconds that were left at {@link #since}. */
  #left = 0;
  #since = 0;
  #state: 'paused' | 'running' | 'stopped' = 'paused';
  #timer: NodeJS.Timeout | undefined;
  #timerLength = 0;

  /** Pauses, until {@link resume}. */
  constructor(onStall: () => void) {
    this.#onStall = onStall;
  }

  /** Something has happened: `milliseconds` are left until something must happen again. */
  restart(milliseconds: number): void {
    this.#left = milliseconds;
    if (this.#state === 'running') this.#run();
  }

  /** Expects nothing for now. */
  pause(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#left -= performance.now() - this.#since;
    this.#clear();
  }

  /** Expects something within what is left. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#run();
  }

  /** Never fires again. */
  stop(): void {
    this.#state = 'stopped';
    this.#clear();
  }

  #run(): void {
    this.#since = performance.now();
    if (this.#timer !== undefined && this.#timerLength === this.#left) {
      this.#timer.refresh();
      return;
    }
    this.#clear();
    this.#timerLength = this.#left;
    this.#timer = startTimer(this.#onStall, this.#left);
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
