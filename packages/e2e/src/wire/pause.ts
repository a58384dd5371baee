import { setTimeout as delay } from 'node:timers/promises';

/** Long enough for something that must not happen to happen after all, in milliseconds. */
const LONG_ENOUGH = 100;

/** Gives something that must not happen the time to happen. */
export async function aWhile(): Promise<void> {
  await delay(LONG_ENOUGH);
}
