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

/** Fires when nothing has happened for a while, as long as something is expected to happen. */
export class StallTimer {
  readonly #onStall: () => void;
  #timer: NodeJS.Timeout | undefined;
  #milliseconds = 0;

  constructor(onStall: () => void) {
    this.#onStall = onStall;
  }

  /** Expects something to happen within `milliseconds`, counted from now. */
  start(milliseconds: number): void {
    if (this.#timer !== undefined && this.#milliseconds === milliseconds) {
      this.#timer.refresh();
      return;
    }
    this.stop();
    this.#milliseconds = milliseconds;
    this.#timer = startTimer(this.#onStall, milliseconds);
  }

  /** Expects nothing. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
