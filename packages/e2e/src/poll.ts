import { setTimeout as delay } from 'node:timers/promises';

/** How {@link until} waits. */
export interface PollOptions {
  /** Milliseconds between two checks, default 10. */
  readonly interval?: number;
  /** Ends the waiting with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the waiting has failed, default 30,000: far more than anything here takes. */
  readonly timeout?: number;
  /** What is waited for, for the error's message. */
  readonly what: string;
}

/**
 * Checks again and again until there is a result.
 *
 * @param check gives `undefined` as long as the thing waited for has not happened
 * @param options what is waited for, and for how long
 * @returns the first result that is not `undefined`
 * @throws Error when the time is over
 */
export async function until<T>(
  check: () => T | undefined | Promise<T | undefined>,
  options: PollOptions,
): Promise<T> {
  const { interval = 10, signal, timeout = 30_000, what } = options;
  const deadline = performance.now() + timeout;
  for (;;) {
    signal?.throwIfAborted();
    const result = await check();
    if (result !== undefined) return result;
    if (performance.now() > deadline) throw new Error(`no ${what} within ${timeout} ms`);
    await delay(interval);
  }
}
