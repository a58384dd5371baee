import { setTimeout as delay } from 'node:timers/promises';
import { lastWords } from './last-words.ts';
import { exitMainThread, mainThreadStack } from './main-thread.ts';
import { STACK_TIMEOUT } from './watch-event-loop.ts';
import { START, type WatchdogData } from './watchdog.ts';

/** Milliseconds in which the main thread notices by itself, unless it is blocked. */
const PATIENCE = 500;

/** In the thread of the watchdog: ends the process when it blocks while it loads the application, and says where. */
export async function watchStart({ phase, timeout }: NonNullable<WatchdogData['start']>): Promise<void> {
  await delay(timeout + PATIENCE);
  if (Atomics.load(phase, 0) !== START.loading) return;
  const stack = await mainThreadStack(STACK_TIMEOUT);
  if (Atomics.load(phase, 0) !== START.loading) return;
  lastWords(
    `the application has not been loaded within ${timeout / 1000} s (--start-timeout), and blocks the event loop`,
    stack,
  );
  await exitMainThread();
}
