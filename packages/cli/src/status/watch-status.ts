import { setTimeout as delay } from 'node:timers/promises';
import { isForeseen } from '../command-failure.ts';
import { readStatus, type Status, type StatusPage } from './read-status.ts';

/**
 * The status again and again, with some seconds in between, until the signal comes. An error stands for a look that has failed after one that has
 * not: the application may be starting anew.
 *
 * @throws CommandFailure where there is no status in the first place
 */
export async function* watchStatus(
  page: StatusPage,
  interval: number,
  signal: AbortSignal,
): AsyncGenerator<Status | Error, void> {
  let hasAnswered = false;
  const look = async () => {
    try {
      const status = await readStatus(page, signal);
      hasAnswered = true;
      return status;
    } catch (error) {
      if (!hasAnswered || !isForeseen(error)) throw error;
      return error;
    }
  };
  try {
    while (!signal.aborted) {
      const found = await look();
      if (signal.aborted) return;
      yield found;
      await delay(interval * 1000, undefined, { signal });
    }
  } catch (error) {
    // Who looks has had enough.
    if (!signal.aborted) throw error;
  }
}
