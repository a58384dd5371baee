import { subscribe } from 'node:diagnostics_channel';
import type { RequestEndMessage } from '@fcgi-js/server';
import type { AccessEntry } from './access-entry.ts';
import type { AccessFormat } from './access-format.ts';
import type { LogSink } from './log-file.ts';

/** Writes a line for each request of this process that ends from now on. */
export function writeAccessLog(
  sink: LogSink,
  format: AccessFormat,
  process: Pick<AccessEntry, 'name' | 'worker'>,
): void {
  subscribe('fcgi:request:end', (given) => {
    const message = given as RequestEndMessage;
    const time = Date.now() - (message.response?.duration ?? 0);
    sink.write(`${format.line({ ...message, ...process, time })}\n`);
  });
}
