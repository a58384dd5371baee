import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { mainThreadStack } from './main-thread-stack.ts';
import { Pulse } from './pulse.ts';
import type { WatchdogData } from './watchdog.ts';

/** Milliseconds that the main thread has to say where it is. */
const STACK_TIMEOUT = 1_000;
const STDERR = 2;

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
    write(describe(timeout, stack));
    process.kill(process.pid, 'SIGKILL');
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

function describe(timeout: number, stack: string | undefined): string {
  const where =
    stack === undefined
      ? 'Where is not to be had: it is in native code or a system call, such as that of execSync()'
      : `It is here:\n${stack}`;
  return `fcgi: the event loop has been blocked for ${timeout / 1000} s: process ${process.pid} is ended. ${where}\n`;
}

/** Whoever does not read the error output does not keep the process alive. */
function write(text: string): void {
  try {
    writeSync(STDERR, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EAGAIN' && code !== 'EPIPE' && code !== 'EBADF') throw error;
  }
}
