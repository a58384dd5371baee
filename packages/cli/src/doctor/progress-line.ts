import type { Io } from '@fcgi-js/runner/command';

const CLEAR_LINE = '\r\x1b[K';
const COLUMNS = 80;

/** One line that says what is done at the moment, on a terminal; elsewhere nothing is written. */
export function progressLine(output: Io['stderr']): { clear(): void; show(text: string): void } {
  if (output.isTTY !== true) return { clear: () => undefined, show: () => undefined };
  return {
    clear: () => output.write(CLEAR_LINE),
    show: (text) => output.write(`${CLEAR_LINE}${text.slice(0, (output.columns ?? COLUMNS) - 1)}`),
  };
}
