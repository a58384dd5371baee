import type { Readable } from 'node:stream';
import type { LineSplitter } from './line-splitter.ts';

/** Milliseconds that a line may wait for its end. What hangs has often said so without one. */
const PATIENCE = 1_000;

/** Passes on what comes from a stream, in whole lines. */
export function relayLines(source: Readable, lines: LineSplitter, pass: (lines: Buffer) => void): void {
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearTimeout(timer);
    const rest = lines.end();
    if (rest !== undefined) pass(rest);
  };
  source.on('data', (chunk: Buffer) => {
    clearTimeout(timer);
    const whole = lines.push(chunk);
    if (whole !== undefined) pass(whole);
    if (lines.isIncomplete) timer = setTimeout(end, PATIENCE).unref();
  });
  source.once('close', end);
}
