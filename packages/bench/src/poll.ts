import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is yes.
 *
 * @param isDone asked every 10 ms
 * @param what is waited for, for the error
 * @param timeout in milliseconds
 * @throws Error when the time is over, or what `isDone` throws
 */
export async function until(
  isDone: () => boolean | Promise<boolean>,
  what: string,
  timeout = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(`No ${what} within ${timeout} ms.`);
    await delay(10);
  }
}
