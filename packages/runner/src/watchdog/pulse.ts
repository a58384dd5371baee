/**
 * Tells from a heartbeat whether an event loop is blocked. Only time in which the observer was running itself counts, so that a
 * machine that slept, or that had no time for either of them, makes no alarm.
 */
export class Pulse {
  readonly #longestLook: number;
  readonly #timeout: number;
  #beat = 0;
  #lookedAt = 0;
  #silence = 0;

  /**
   * @param timeout milliseconds without a beat
   * @param interval milliseconds between two looks
   */
  constructor(timeout: number, interval: number) {
    this.#timeout = timeout;
    this.#longestLook = 2 * interval;
  }

  /**
   * Looks.
   *
   * @param beat changes with each heartbeat; 0 where there is to be none
   * @param now milliseconds
   * @returns whether the event loop has been blocked for the whole time-out
   */
  isBlocked(beat: number, now: number): boolean {
    const passed = Math.min(now - this.#lookedAt, this.#longestLook);
    this.#lookedAt = now;
    if (beat === 0 || beat !== this.#beat) {
      this.#beat = beat;
      this.#silence = 0;
    } else {
      this.#silence += passed;
    }
    return this.#silence >= this.#timeout;
  }
}
