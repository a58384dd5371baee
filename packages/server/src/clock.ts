/** How often time-outs are looked at, in milliseconds. */
const TICK = 100;

/** The most that one tick counts for: while this process was busy, nobody could be heard, so nobody was late. */
const LONGEST_TICK = 2 * TICK;

/** What has time-outs. */
export interface Watched {
  /** Looks whether one has passed. */
  check(now: number): void;
}

/**
 * The time for all connections of a server: one timer that ticks while there is anything to watch, so that
 * time-outs cost nothing for each request.
 */
export class Clock {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #now = 0;
  #ticked = 0;

  /**
   * Milliseconds in which this process was listening, exact to one tick while anything is watched. Whole ones: many
   * are kept, and other numbers take twice the memory.
   */
  get now(): number {
    return Math.round(this.#now);
  }

  /** Has `watched` check its time-outs at every tick until {@link unwatch}. */
  watch(watched: Watched): void {
    this.#watched.add(watched);
    if (this.#timer !== undefined) return;
    this.#ticked = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK);
    // Waiting for a time-out is no reason for a process to live.
    this.#timer.unref();
  }

  /** Stops that. */
  unwatch(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const time = performance.now();
    this.#now += Math.min(time - this.#ticked, LONGEST_TICK);
    this.#ticked = time;
    const { now } = this;
    for (const watched of this.#watched) watched.check(now);
  }
}
