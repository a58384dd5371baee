import { setTimeout as delay } from 'node:timers/promises';
import { lastWords } from './last-words.ts';
import { exitMainThread, mainThreadStack } from './main-thread.ts';
import { STACK_TIMEOUT } from './watch-event-loop.ts';
import { START, type WatchdogData } from './watchdog-data.ts';

/** Milliseconds without a heartbeat after which the main thread is blocked; otherwise it notices by itself. */
const PATIENCE = 1000;

/** In the thread of the watchdog: ends the process when it blocks while it loads the application, and says where. */
export async function watchStart({
  beat,
  phase,
  timeout,
}: NonNullable<WatchdogData['start']>): Promise<void> {
  await delay(timeout);
  let last: number;
  do {
    last = Atomics.load(beat, 0);
    await delay(PATIENCE);
    if (Atomics.load(phase, 0) !== START.loading) return;
  } while (Atomics.load(beat, 0) !== last);
  const stack = await mainThreadStack(STACK_TIMEOUT);
  if (Atomics.load(phase, 0) !== START.loading) return;
  lastWords(
    `the application has not been loaded within ${timeout / 1000} s (--start-timeout), and blocks the event loop`,
    stack,
  );
  await exitMainThread();
}
