import { loadPages } from './status/page.ts';
import type { Watchdog } from './watchdog/watchdog.ts';

/** Loads what is otherwise loaded later, for a process that becomes a user who may not be able to read where this is installed. */
export async function loadBeforehand(watchdog: Watchdog | undefined, hasPages: boolean): Promise<void> {
  await Promise.all([watchdog?.loaded(), hasPages ? loadPages() : undefined]);
}
