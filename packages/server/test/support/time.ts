import { setImmediate as nextTurn } from 'node:timers/promises';
import { vi } from 'vitest';

/**
 * Time that passes only when the test says so. Call `vi.useRealTimers()` afterwards, before the server of the test
 * is closed: in `afterEach`.
 */
export function stopTime(): void {
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'],
  });
}

/** Lets time pass; what happens in it can happen in between. */
export async function pass(milliseconds: number): Promise<void> {
  const STEP = 100;
  for (let passed = 0; passed < milliseconds; passed += STEP) {
    vi.advanceTimersByTime(Math.min(STEP, milliseconds - passed));
    await settle(3);
  }
}

/** Lets everything happen that needs no time. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i += 1) await nextTurn();
}
