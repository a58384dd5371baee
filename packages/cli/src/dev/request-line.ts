import type { IncomingMessage, ServerResponse } from 'node:http';
import { escapeLogText } from '@fcgi-js/client';
import type { Secrecy } from '@fcgi-js/inspector';
import { colorsOf, type Io } from '@fcgi-js/runner/command';
import { clock } from '../clock.ts';
import { isReserved } from './reserved.ts';

/** Prints a line about a request when it is over; the pages of `fcgi dev` itself are no news. */
export function logRequest(
  io: Io,
  secrecy: Secrecy,
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  if (isReserved(url)) return;
  const start = performance.now();
  const { bold, dim, green, red, yellow } = colorsOf(io.stdout, io.env);
  response.once('close', () => {
    const { headersSent, statusCode, writableFinished } = response;
    const color = !headersSent || statusCode >= 500 ? red : statusCode >= 400 ? yellow : green;
    const facts = [
      dim(clock(Date.now())),
      bold(escapeLogText(`${method} ${secrecy.value('REQUEST_URI', url)}`)),
      color(headersSent ? `${statusCode}` : 'no answer') + (writableFinished ? '' : red(' broken off')),
      `${(performance.now() - start).toFixed(1)} ms`,
    ];
    io.stdout.write(`${facts.join('  ')}\n`);
  });
}
