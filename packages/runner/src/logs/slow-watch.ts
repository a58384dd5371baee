import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Milliseconds between two looks at the event loop, as long as a request is under way. */
const INTERVAL = 50;

/** A request that is being timed. */
export class WatchedRequest {
  readonly number: number;
  readonly startedAt = performance.now();
  readonly crossed: (duration: number) => void;
  /** The longest time in milliseconds, since it began, in which the event loop did not turn. */
  longestBlock = 0;
  isSlow = false;
  readonly #before: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(number: number, crossed: (duration: number) => void) {
    this.number = number;
    this.crossed = crossed;
  }

  /** The part of its time, from 0 to 1, in which the event loop was busy, with this request or with others. */
  get utilization(): number {
    return performance.eventLoopUtilization(this.#before).utilization;
  }
}

/** Finds the requests that take longer than others ought to, and how the event loop fares meanwhile. */
export class SlowWatch {
  readonly #threshold: number;
  /** Oldest first. */
  readonly #active = new Set<WatchedRequest>();
  #timer: NodeJS.Timeout | undefined;
  #lastLook = 0;
  #count = 0;

  /** @param threshold milliseconds */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /**
   * A request begins.
   *
   * @param crossed told once when it has taken too long, with its milliseconds so far
   */
  begin(crossed: (duration: number) => void): WatchedRequest {
    this.#count += 1;
    const request = new WatchedRequest(this.#count, crossed);
    this.#active.add(request);
    if (this.#timer === undefined) {
      this.#lastLook = request.startedAt;
      this.#timer = setInterval(() => this.#look(), INTERVAL).unref();
    }
    return request;
  }

  /** A request has ended. @returns the milliseconds it has taken, if they were too many */
  end(request: WatchedRequest): number | undefined {
    const now = performance.now();
    // It may be what has blocked the event loop until now.
    this.#noteBlock(request, now);
    this.#active.delete(request);
    if (this.#active.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const duration = now - request.startedAt;
    return request.isSlow || duration >= this.#threshold ? duration : undefined;
  }

  #look(): void {
    const now = performance.now();
    for (const request of this.#active) this.#noteBlock(request, now);
    this.#lastLook = now;
    for (const request of this.#active) {
      const duration = now - request.startedAt;
      if (duration < this.#threshold) return;
      if (request.isSlow) continue;
      request.isSlow = true;
      request.crossed(duration);
    }
  }

  #noteBlock(request: WatchedRequest, now: number): void {
    const late = now - Math.max(this.#lastLook + INTERVAL, request.startedAt);
    if (late > request.longestBlock) request.longestBlock = late;
  }
}
