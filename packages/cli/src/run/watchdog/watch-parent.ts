import { setTimeout as delay } from 'node:timers/promises';
import type { WatchdogData } from './watchdog.ts';

/** Milliseconds between two looks. */
const INTERVAL = 500;

/** In the thread of the watchdog: ends the process when its parent has gone and it does not end itself in time. */
export async function watchParent({ grace, pid }: NonNullable<WatchdogData['parent']>): Promise<void> {
  while (process.ppid === pid) await delay(INTERVAL);
  await delay(grace * 1000);
  process.kill(process.pid, 'SIGKILL');
}
