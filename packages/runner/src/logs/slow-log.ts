import { subscribe } from 'node:diagnostics_channel';
import type { RequestEndMessage, RequestMessage } from '@fcgi-js/server';
import { pathOf, statusOf } from './access-entry.ts';
import { escapeValue } from './escape.ts';
import type { LogSink } from './log-file.ts';
import { SlowWatch, type WatchedRequest } from './slow-watch.ts';

/**
 * Writes down the requests of this process that take longer than so many seconds: in the moment in which they do, with
 * what the process waits for, and when they end. Like php-fpm's it names the script and not the query, which may have
 * secrets.
 */
export function writeSlowLog(
  sink: LogSink,
  seconds: number,
  { name, worker }: { readonly name: string | undefined; readonly worker: number | undefined },
): void {
  const which = worker === undefined ? `process ${process.pid}` : `worker ${worker} (${process.pid})`;
  const who = name === undefined ? which : `${name} ${which}`;
  const write = (watched: WatchedRequest, message: RequestMessage, what: string) => {
    const method = message.request.params.get('REQUEST_METHOD') ?? '-';
    const request = escapeValue(`${method} ${pathOf(message)}`);
    sink.write(`[${new Date().toISOString()}] ${who} request ${watched.number} "${request}" ${what}\n`);
  };
  const requests = new WeakMap<RequestMessage['request'], WatchedRequest>();
  const watch = new SlowWatch(seconds * 1000);
  subscribe('fcgi:request:start', (given) => {
    const message = given as RequestMessage;
    const watched = watch.begin((duration) => {
      write(
        watched,
        message,
        `still runs after ${inSeconds(duration)}: ${describe(watched)}, waiting for ${resources()}`,
      );
    });
    requests.set(message.request, watched);
  });
  subscribe('fcgi:request:end', (given) => {
    const message = given as RequestEndMessage;
    const watched = requests.get(message.request);
    const duration = watched === undefined ? undefined : watch.end(watched);
    if (watched === undefined || duration === undefined) return;
    const status = statusOf(message) ?? '-';
    write(
      watched,
      message,
      `has taken ${inSeconds(duration)}: ${message.outcome}, ${status}, ${describe(watched)}`,
    );
  });
}

function describe({ longestBlock, utilization }: WatchedRequest): string {
  return `event loop ${Math.round(utilization * 100)} % busy, blocked for at most ${inSeconds(longestBlock)}`;
}

/** What keeps the event loop, each kind once: `Timeout, 3 TCPSocketWrap`. */
function resources(): string {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`));
  return kinds.length === 0 ? 'nothing that the event loop knows' : kinds.join(', ');
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}
