/** How often time-outs are looked at, in milliseconds. */
const TICK = 100;

/** The most that one tick counts for: while this process was busy it could receive nothing, so nothing was late. */
const LONGEST_TICK = 2 * TICK;

/** What has time-outs, as a connection. */
export interface Timed {
  /** Where it is among the others, and −1 where it is not. */
  place: number;
  /** Looks whether one has passed. */
  check(now: number): void;
}

/** What tells the time. */
export interface Clock {
  /**
   * Milliseconds in which this process was listening, exact to one tick while a connection is open. Whole ones: many are
   * kept, and other numbers take twice the memory.
   */
  readonly now: number;
}

/**
 * The open connections of a server, and the time for all of them: one timer that ticks while there are any, so that
 * time-outs cost nothing for each request.
 *
 * A list in which each knows its place: a `Set` that much is added to and removed from makes its table anew again and again,
 * and old tables keep what was in them from being collected.
 */
export class OpenConnections<T extends Timed> implements Clock {
  readonly #list: T[] = [];
  #timer: NodeJS.Timeout | undefined;
  #now = 0;
  #ticked = 0;

  get now(): number {
    return Math.round(this.#now);
  }

  get size(): number {
    return this.#list.length;
  }

  /** All of them, as they are now. */
  all(): T[] {
    return [...this.#list];
  }

  /** Has a connection check its time-outs at every tick until {@link delete}. */
  add(connection: T): void {
    connection.place = this.#list.push(connection) - 1;
    if (this.#timer !== undefined) return;
    this.#ticked = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK);
    // Waiting for a time-out is no reason for a process to live.
    this.#timer.unref();
  }

  delete(connection: T): void {
    const { place } = connection;
    if (place === -1) return;
    connection.place = -1;
    const last = this.#list.pop()!;
    if (last === connection) return;
    last.place = place;
    this.#list[place] = last;
  }

  #tick(): void {
    // Not before: where each request has a connection of its own, there is none most of the time.
    if (this.#list.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const time = performance.now();
    this.#now += Math.min(time - this.#ticked, LONGEST_TICK);
    this.#ticked = time;
    const { now } = this;
    // From the end, because one that is removed meanwhile gives its place to the last.
    for (let place = this.#list.length - 1; place >= 0; place -= 1) this.#list[place]?.check(now);
  }
}
