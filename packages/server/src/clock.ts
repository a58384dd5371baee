/** How often time-outs are looked at, in milliseconds. */
const TICK = 100;

/** The most that one tick counts for: while this process was busy, nobody could be heard, so nobody was late. */
const LONGEST_TICK = 2 * TICK;

/**
 * The time for all connections of a server: one timer that ticks while there is anything to watch, so that
 * time-outs cost nothing for each request.
 */
export class Clock {
  readonly #watched = new Set<(now: number) => void>();
  #timer: NodeJS.Timeout | undefined;
  #now = 0;
  #ticked = 0;

  /** Milliseconds in which this process was listening, exact to one tick while anything is watched. */
  get now(): number {
    return this.#now;
  }

  /** Calls `check` at every tick until {@link unwatch}. */
  watch(check: (now: number) => void): void {
    this.#watched.add(check);
    if (this.#timer !== undefined) return;
    this.#ticked = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK);
    // Waiting for a time-out is no reason for a process to live.
    this.#timer.unref();
  }

  /** Stops calling `check`. */
  unwatch(check: (now: number) => void): void {
    this.#watched.delete(check);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const time = performance.now();
    this.#now += Math.min(time - this.#ticked, LONGEST_TICK);
    this.#ticked = time;
    for (const check of this.#watched) check(this.#now);
  }
}
