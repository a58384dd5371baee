/** When something happened to a request, in milliseconds since it was made. */
export interface Timing {
  /** The connection was there and the first record went out. */
  readonly connected?: number;
  /** The first record came back. */
  readonly firstRecord?: number;
  /** The head of the response was complete. */
  readonly head?: number;
  /** END_REQUEST had come. */
  readonly total?: number;
}

/** Takes the times of one request, each the first time it is asked. */
export class Stopwatch {
  readonly #start = performance.now();
  readonly #times = new Map<keyof Timing, number>();

  /** A record has passed. */
  see(direction: 'received' | 'sent'): void {
    this.stop(direction === 'sent' ? 'connected' : 'firstRecord');
  }

  /** It happened now, unless it has happened before. */
  stop(what: keyof Timing): void {
    if (!this.#times.has(what))
      this.#times.set(what, Math.round((performance.now() - this.#start) * 100) / 100);
  }

  get timing(): Timing {
    return Object.fromEntries(this.#times);
  }
}
