import { BUCKETS } from './figures.ts';
import type { Snapshot, WorkerStatus } from './snapshot.ts';

/** Names and values, in the order in which they are shown. */
export type Fields = ReadonlyArray<readonly [name: string, value: number | string]>;

/**
 * The figures of the pool by the names that php-fpm has for them, then those that it has not. Durations are in
 * microseconds, as there, and what is `since` something in seconds.
 */
export function poolFields(snapshot: Snapshot): Fields {
  const { counts, generation, listenQueue, manager, name, startTime, time, totals, workers } = snapshot;
  const working = workers.filter(({ state }) => state === 'Running' || state === 'Blocked');
  const sum = (pick: (worker: WorkerStatus) => number | undefined) =>
    workers.reduce((total, worker) => total + (pick(worker) ?? 0), 0);
  return [
    ['pool', name],
    ['process manager', manager],
    ['start time', Math.floor(startTime)],
    ['start since', Math.floor(time - startTime)],
    ['accepted conn', totals.acceptedConnections],
    ...queueFields(listenQueue),
    ['idle processes', workers.filter(({ state }) => state === 'Idle').length],
    ['active processes', working.length],
    ['total processes', workers.length],
    ['max active processes', Math.max(snapshot.maxActive, working.length)],
    ['blocked processes', workers.filter(({ state }) => state === 'Blocked').length],
    ['generation', generation],
    ['reloads', counts.reloads],
    ['worker starts', counts.starts],
    ['worker crashes', counts.crashes],
    ['worker recycles', counts.recycles],
    ['requests', totals.requests],
    ['active requests', sum(({ figures }) => figures?.activeRequests)],
    ['aborted requests', totals.aborted],
    ['broken requests', totals.brokenOff],
    ['refused requests', totals.refused],
    ...totals.responses.map((count, index) => [`responses ${index + 1}xx`, count] as const),
    ['errors', totals.errors],
    ['request duration p50', quantile(totals.durations, 0.5)],
    ['request duration p95', quantile(totals.durations, 0.95)],
    ['request duration p99', quantile(totals.durations, 0.99)],
    ['open connections', sum(({ figures }) => figures?.connections)],
    ['bytes received', totals.bytesReceived],
    ['bytes sent', totals.bytesSent],
    ['cpu seconds', round(totals.cpu)],
    ['memory', sum(({ figures }) => figures?.rss)],
  ];
}

/** The figures of one worker: what php-fpm tells of a process, with more. */
export function workerFields({ figures, ...worker }: WorkerStatus, time: number): Fields {
  const { request } = figures ?? {};
  return [
    ['pid', worker.pid],
    ['state', worker.state],
    ['start time', Math.floor(worker.startTime)],
    ['start since', Math.max(0, Math.floor(time - worker.startTime))],
    ['requests', figures?.requests ?? 0],
    ['request duration', Math.round((request?.duration ?? 0) * 1000)],
    ['request method', request?.method || '-'],
    ['request uri', request?.uri || '-'],
    ['content length', request?.contentLength ?? 0],
    ['user', request?.user || '-'],
    ['script', request?.script || '-'],
    ['worker', worker.id],
    ['generation', worker.generation],
    ['silent since', round(worker.silence)],
    ['active requests', figures?.activeRequests ?? 0],
    ['open connections', figures?.connections ?? 0],
    ['memory', figures?.rss ?? 0],
    ['heap', figures?.heapUsed ?? 0],
    ['cpu seconds', round(figures?.cpu ?? 0)],
    ['event loop delay', Math.round((figures?.eventLoopDelay ?? 0) * 1000)],
    ['event loop utilization', round(figures?.eventLoopUtilization ?? 0)],
  ];
}

function queueFields(queue: Snapshot['listenQueue']): Fields {
  if (queue === undefined) return [];
  const { length, limit, max } = queue;
  return [
    ['listen queue', length],
    ['max listen queue', max],
    ['listen queue len', limit],
  ];
}

/** Microseconds within which this share of the requests have ended, estimated from the buckets. */
function quantile(durations: readonly number[], share: number): number {
  const wanted = share * durations.reduce((sum, count) => sum + count, 0);
  let before = 0;
  for (const [index, count] of durations.entries()) {
    if (before + count >= wanted && count > 0) {
      const low = BUCKETS[index - 1] ?? 0;
      // Of what took longer than the last limit, nothing else is known.
      const high = BUCKETS[index] ?? low;
      return Math.round((low + ((high - low) * (wanted - before)) / count) * 1e6);
    }
    before += count;
  }
  return 0;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
