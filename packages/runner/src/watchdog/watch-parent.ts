import { setTimeout as delay } from 'node:timers/promises';
import type { WatchdogData } from './watchdog-data.ts';

/** Milliseconds between two looks. */
const INTERVAL = 500;

/**
 * Ends the process when its parent has gone and it does not end itself in time.
 *
 * @param ref whether to keep the thread that this is called in
 */
export async function watchParent(
  { grace, pid }: NonNullable<WatchdogData['parent']>,
  ref: boolean,
): Promise<void> {
  while (process.ppid === pid) await delay(INTERVAL, undefined, { ref });
  await delay(grace * 1000, undefined, { ref });
  process.kill(process.pid, 'SIGKILL');
}
