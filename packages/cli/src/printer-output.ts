import type { PrinterOutput } from '@fcgi-js/inspector/printers';
import { colorsOf, type Io } from '@fcgi-js/runner/command';

/** One of the output streams, for what prints FastCGI. */
export function printerOutput(io: Io, name: 'stderr' | 'stdout'): PrinterOutput {
  const stream = io[name];
  return { colors: colorsOf(stream, io.env), write: (text) => stream.write(text) };
}
