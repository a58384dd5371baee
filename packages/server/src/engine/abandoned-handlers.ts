/** After this many milliseconds a handler that goes on after its request was aborted no longer counts. */
const COUNTED_TIME = 30_000;

/**
 * Handlers that go on after their requests were aborted. They count against the requests of their connection: otherwise
 * a peer that begins and aborts requests makes any number of handlers run. They count for no other connection, and not
 * for ever, because a handler may wait for something that will never come.
 */
export class AbandonedHandlers<Owner> {
  /** Since when each is; in the order of that. Most connections never have one. */
  #since: Map<Owner, number> | undefined;

  /** How many count. */
  get size(): number {
    return this.#since?.size ?? 0;
  }

  /** The request of a handler was aborted. */
  add(owner: Owner, now: number): void {
    this.#since ??= new Map();
    this.#since.set(owner, now);
  }

  /** A handler has returned. */
  remove(owner: Owner): void {
    if (this.#since?.delete(owner) && this.#since.size === 0) this.#since = undefined;
  }

  /** Forgets those that have counted long enough. */
  expire(now: number): void {
    for (const [owner, since] of this.#since ?? []) {
      if (now - since < COUNTED_TIME) return;
      this.remove(owner);
    }
  }
}
