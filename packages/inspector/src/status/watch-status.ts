import { setTimeout as delay } from 'node:timers/promises';
import { isFcgiError } from '@fcgi-js/client';
import { readStatus, type Status, type StatusPage } from './read-status.ts';

/**
 * Polls a status until the signal is aborted. An error stands for a poll that has failed after one that has not: the application may be
 * starting anew.
 *
 * @param interval seconds between two polls
 * @throws as `readStatus` does, where the first poll fails
 */
export async function* watchStatus(
  page: StatusPage,
  interval: number,
  signal: AbortSignal,
): AsyncGenerator<Status | Error, void> {
  let hasAnswered = false;
  const poll = async () => {
    try {
      const status = await readStatus(page, signal);
      hasAnswered = true;
      return status;
    } catch (error) {
      if (!hasAnswered || !isFcgiError(error)) throw error;
      return error;
    }
  };
  try {
    while (!signal.aborted) {
      const found = await poll();
      if (signal.aborted) return;
      yield found;
      await delay(interval * 1000, undefined, { signal });
    }
  } catch (error) {
    // The interruption that was asked for.
    if (!signal.aborted) throw error;
  }
}
