import { setTimeout as delay } from 'node:timers/promises';
import { lastWords } from './last-words.ts';
import { exitMainThread, mainThreadStack } from './main-thread.ts';
import { Pulse } from './pulse.ts';
import type { WatchdogData } from './watchdog-data.ts';

/** Milliseconds that the main thread has to say where it is. */
export const STACK_TIMEOUT = 1_000;

/** In the thread of the watchdog: ends the process when its event loop is blocked, and says where it was. */
export async function watchEventLoop({
  beat,
  interval,
  timeout,
}: NonNullable<WatchdogData['eventLoop']>): Promise<never> {
  for (;;) {
    const blockedAt = await untilBlocked(new Pulse(timeout, interval), beat, interval);
    const stack = await mainThreadStack(STACK_TIMEOUT);
    // It may have come to its end by now.
    await delay(2 * interval);
    if (Atomics.load(beat, 0) !== blockedAt) continue;
    lastWords(`the event loop has been blocked for ${timeout / 1000} s`, stack);
    process.kill(process.pid, 'SIGKILL');
    // The kernel spares process 1 of a container.
    await exitMainThread();
  }
}

/** @returns the last heartbeat */
async function untilBlocked(pulse: Pulse, beat: Int32Array, interval: number): Promise<number> {
  for (;;) {
    const last = Atomics.load(beat, 0);
    if (pulse.isBlocked(last, performance.now())) return last;
    await delay(interval);
  }
}
