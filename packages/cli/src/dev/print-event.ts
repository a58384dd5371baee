import { relative } from 'node:path';
import { escapeLogText } from '@fcgi-js/client';
import type { DevEvent } from '@fcgi-js/dev';
import { clock } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';

/** Names of changed files that are printed. */
const NAMED = 3;

/** Prints a line about something that has happened: a request to stdout, all else by `say`. */
export function printEvent(io: Io, event: DevEvent, say: (text: string) => void): void {
  if (event.kind === 'answered') printAnswer(io, event);
  else for (const line of newsOf(event, io.cwd)) say(line);
}

function newsOf(event: Exclude<DevEvent, { readonly kind: 'answered' }>, cwd: string): string[] {
  switch (event.kind) {
    case 'changed':
      return [`changed: ${describeFiles(event.paths.map((path) => relative(cwd, path)))}`];
    case 'crashed':
      return [
        `the process of the application has ended (${event.how}): a change, or the next request, starts it again`,
      ];
    case 'failed':
      return [
        `not loaded (${event.how}): a change loads it again, and so does a request in two seconds or later`,
      ];
    case 'listening':
      return [
        `${relative(cwd, event.file)} on ${event.url}, recent requests on ${event.requestsUrl}`,
        'The key in these URLs is for you: it makes a browser see errors and recent requests.',
      ];
    case 'loaded':
      return [`loaded: ${event.application}`];
    case 'unwatched':
      return [`Not every change will be seen: ${event.reason}`];
  }
}

function printAnswer(
  io: Io,
  { duration, isWhole, method, status, url }: DevEvent & { readonly kind: 'answered' },
): void {
  const { bold, dim, green, red, yellow } = colorsOf(io.stdout, io.env);
  const color = status === undefined || status >= 500 ? red : status >= 400 ? yellow : green;
  const facts = [
    dim(clock(Date.now())),
    bold(escapeLogText(`${method} ${url}`)),
    color(status === undefined ? 'no answer' : `${status}`) + (isWhole ? '' : red(' broken off')),
    `${duration.toFixed(1)} ms`,
  ];
  io.stdout.write(`${facts.join('  ')}\n`);
}

function describeFiles(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}
