import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks. */
const INTERVAL = 10;

/**
 * Waits until a count no longer rises.
 *
 * @param count what is looked at; as long as it is 0, nothing has begun
 * @param quiet milliseconds for which it has to stay the same, by default 100: in that time an event loop has turned ten times
 * @returns the count
 */
export async function atRest(count: () => number, quiet = 100): Promise<number> {
  let last = 0;
  let looks = 0;
  while (looks < quiet / INTERVAL) {
    const now = count();
    looks = now > 0 && now === last ? looks + 1 : 0;
    last = now;
    await delay(INTERVAL);
  }
  return last;
}
