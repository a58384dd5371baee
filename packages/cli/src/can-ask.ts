import type { Io } from '@fcgi-js/runner/command';

/** Whether questions can be asked: a terminal without a width, as on a serial line, has no room for them. */
export function canAsk({ stderr, stdin }: Io): boolean {
  return stdin.isTTY === true && stderr.isTTY === true && stderr.columns !== 0;
}
