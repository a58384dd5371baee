import { BUCKETS } from './figures.ts';
import type { Snapshot, WorkerStatus } from './snapshot.ts';

/**
 * What a figure is, and so how it is written for people. `age` is whole seconds, `id` a number that counts nothing, `share` is of 1,
 * `time` seconds since 1970.
 */
export type Unit = 'age' | 'bytes' | 'count' | 'id' | 'microseconds' | 'seconds' | 'share' | 'text' | 'time';

/** One figure of a pool or of a worker, in every format. */
export interface StatusField<Source> {
  /** Its place among the columns of workers on the page for people, where it has one, and its title. */
  readonly column?: readonly [place: number, title: string];
  /** How OpenMetrics has it: in base units. */
  readonly metric?: Metric<Source>;
  /** As php-fpm has it, where it does. */
  readonly name: string;
  readonly unit: Unit;
  /** Undefined where nothing is known of it. */
  readonly value: (source: Source) => number | string | undefined;
}

/** A figure in OpenMetrics. */
interface Metric<Source> {
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly labels?: Readonly<Record<string, string>>;
  /** Without the prefix of all. */
  readonly name: string;
  /** Where the field has it rounded, or in another unit. */
  readonly value?: (source: Source) => number | undefined;
}

/** Names and values, in the order in which they are shown. */
export type Fields = ReadonlyArray<readonly [name: string, value: number | string]>;

const counter = <Source>(name: string, help: string): Metric<Source> => ({ name, help, kind: 'counter' });
const gauge = <Source>(
  name: string,
  help: string,
  value?: (source: Source) => number | undefined,
): Metric<Source> => ({ name, help, kind: 'gauge', ...(value === undefined ? {} : { value }) });

/**
 * The figures of the pool by the names that php-fpm has for them, then those that it has not. Durations are in
 * microseconds, as there, and what is `since` something in seconds.
 */
export const poolStatusFields: ReadonlyArray<StatusField<Snapshot>> = [
  { name: 'pool', unit: 'text', value: ({ name }) => name },
  { name: 'process manager', unit: 'text', value: ({ manager }) => manager },
  {
    name: 'start time',
    unit: 'time',
    value: ({ startTime }) => Math.floor(startTime),
    metric: gauge('start_time_seconds', 'When it was started, since 1970.', ({ startTime }) => startTime),
  },
  { name: 'start since', unit: 'age', value: ({ startTime, time }) => Math.floor(time - startTime) },
  {
    name: 'accepted conn',
    unit: 'count',
    value: ({ totals }) => totals.acceptedConnections,
    metric: counter('accepted_connections', 'Connections that were accepted.'),
  },
  {
    name: 'listen queue',
    unit: 'count',
    value: ({ listenQueue }) => listenQueue?.length,
    metric: gauge('listen_queue', 'Connections that wait to be accepted.'),
  },
  {
    name: 'max listen queue',
    unit: 'count',
    value: ({ listenQueue }) => listenQueue?.max,
    metric: gauge('listen_queue_max', 'Most connections that were seen waiting.'),
  },
  {
    name: 'listen queue len',
    unit: 'count',
    value: ({ listenQueue }) => listenQueue?.limit,
    metric: gauge('listen_queue_limit', 'Connections that can wait.'),
  },
  { name: 'idle processes', unit: 'count', value: (snapshot) => inState(snapshot, 'Idle') },
  { name: 'active processes', unit: 'count', value: active },
  { name: 'total processes', unit: 'count', value: ({ workers }) => workers.length },
  {
    name: 'max active processes',
    unit: 'count',
    value: (snapshot) => Math.max(snapshot.maxActive, active(snapshot)),
    metric: gauge('workers_active_max', 'Most workers that were active at once.'),
  },
  { name: 'blocked processes', unit: 'count', value: (snapshot) => inState(snapshot, 'Blocked') },
  {
    name: 'generation',
    unit: 'id',
    value: ({ generation }) => generation,
    metric: gauge('generation', 'What workers load: 1, and 1 more with each reload.'),
  },
  {
    name: 'reloads',
    unit: 'count',
    value: ({ counts }) => counts.reloads,
    metric: counter('reloads', 'Reloads that are complete.'),
  },
  {
    name: 'worker starts',
    unit: 'count',
    value: ({ counts }) => counts.starts,
    metric: counter('worker_starts', 'Workers that were started.'),
  },
  {
    name: 'worker crashes',
    unit: 'count',
    value: ({ counts }) => counts.crashes,
    metric: counter('worker_crashes', 'Workers that have ended by themselves.'),
  },
  {
    name: 'worker recycles',
    unit: 'count',
    value: ({ counts }) => counts.recycles,
    metric: counter('worker_recycles', 'Workers that were replaced because they had reached a limit.'),
  },
  {
    name: 'requests',
    unit: 'count',
    value: ({ totals }) => totals.requests,
    metric: counter('requests', 'Requests that have begun.'),
  },
  {
    name: 'active requests',
    unit: 'count',
    value: (snapshot) => sum(snapshot, ({ figures }) => figures?.activeRequests),
  },
  {
    name: 'aborted requests',
    unit: 'count',
    value: ({ totals }) => totals.aborted,
    metric: counter('requests_aborted', 'Requests that the web server no longer wanted.'),
  },
  {
    name: 'broken requests',
    unit: 'count',
    value: ({ totals }) => totals.brokenOff,
    metric: counter('requests_broken', 'Requests whose response could not be sent to its end.'),
  },
  {
    name: 'refused requests',
    unit: 'count',
    value: ({ totals }) => totals.refused,
    metric: counter('requests_refused', 'Requests that a limit or an unknown role has refused.'),
  },
  ...[0, 1, 2, 3, 4].map((index): StatusField<Snapshot> => {
    const kind = `${index + 1}xx`;
    const help = 'Responses by the kind of their status.';
    return {
      name: `responses ${kind}`,
      unit: 'count',
      value: ({ totals }) => totals.responses[index],
      metric: { ...counter<Snapshot>('responses', help), labels: { status: kind } },
    };
  }),
  {
    name: 'errors',
    unit: 'count',
    value: ({ totals }) => totals.errors,
    metric: counter('errors', 'Things that went wrong with requests.'),
  },
  ...[50, 95, 99].map((share): StatusField<Snapshot> => {
    const value = ({ totals }: Snapshot) => quantile(totals.durations, share / 100);
    return { name: `request duration p${share}`, unit: 'microseconds', value };
  }),
  {
    name: 'open connections',
    unit: 'count',
    value: (snapshot) => sum(snapshot, ({ figures }) => figures?.connections),
  },
  {
    name: 'upgraded connections',
    unit: 'count',
    value: (snapshot) => sum(snapshot, ({ figures }) => figures?.upgradedConnections),
  },
  {
    name: 'bytes received',
    unit: 'bytes',
    value: ({ totals }) => totals.bytesReceived,
    metric: counter('received_bytes', 'Bytes from web servers.'),
  },
  {
    name: 'bytes sent',
    unit: 'bytes',
    value: ({ totals }) => totals.bytesSent,
    metric: counter('sent_bytes', 'Bytes to web servers.'),
  },
  {
    name: 'cpu seconds',
    unit: 'seconds',
    value: ({ totals }) => round(totals.cpu),
    metric: {
      ...counter<Snapshot>('cpu_seconds', 'Time of the processor that workers have taken.'),
      value: ({ totals }) => totals.cpu,
    },
  },
  { name: 'memory', unit: 'bytes', value: (snapshot) => sum(snapshot, ({ figures }) => figures?.rss) },
];

/** A worker, at the time of a snapshot. */
interface WorkerAt extends WorkerStatus {
  readonly time: number;
}

/** The figures of one worker: what php-fpm tells of a process, with more. */
export const workerStatusFields: ReadonlyArray<StatusField<WorkerAt>> = [
  { name: 'pid', unit: 'id', value: ({ pid }) => pid, column: [2, 'pid'] },
  { name: 'state', unit: 'text', value: ({ state }) => state, column: [3, 'state'] },
  { name: 'start time', unit: 'time', value: ({ startTime }) => Math.floor(startTime) },
  {
    name: 'start since',
    unit: 'age',
    value: ({ startTime, time }) => Math.max(0, Math.floor(time - startTime)),
    column: [5, 'age'],
  },
  {
    name: 'requests',
    unit: 'count',
    value: ({ figures }) => figures?.requests ?? 0,
    column: [6, 'requests'],
  },
  {
    name: 'request duration',
    unit: 'microseconds',
    value: ({ figures }) => Math.round((figures?.request?.duration ?? 0) * 1000),
    column: [16, 'took'],
  },
  {
    name: 'request method',
    unit: 'text',
    value: ({ figures }) => figures?.request?.method || '-',
    column: [14, 'method'],
  },
  {
    name: 'request uri',
    unit: 'text',
    value: ({ figures }) => figures?.request?.uri || '-',
    column: [15, 'path'],
  },
  { name: 'content length', unit: 'count', value: ({ figures }) => figures?.request?.contentLength ?? 0 },
  { name: 'user', unit: 'text', value: ({ figures }) => figures?.request?.user || '-' },
  { name: 'script', unit: 'text', value: ({ figures }) => figures?.request?.script || '-' },
  { name: 'worker', unit: 'id', value: ({ id }) => id, column: [1, 'worker'] },
  { name: 'generation', unit: 'id', value: ({ generation }) => generation, column: [4, 'gen.'] },
  {
    name: 'silent since',
    unit: 'seconds',
    value: ({ silence }) => round(silence),
    column: [13, 'silent'],
    metric: gauge('silence_seconds', 'Time since the worker has told something.', ({ silence }) => silence),
  },
  {
    name: 'active requests',
    unit: 'count',
    value: ({ figures }) => figures?.activeRequests ?? 0,
    column: [7, 'active'],
    metric: gauge('requests_active', 'Requests under way.', ({ figures }) => figures?.activeRequests),
  },
  {
    name: 'open connections',
    unit: 'count',
    value: ({ figures }) => figures?.connections ?? 0,
    column: [8, 'conn.'],
    metric: gauge('connections', 'Open connections.', ({ figures }) => figures?.connections),
  },
  {
    name: 'upgraded connections',
    unit: 'count',
    value: ({ figures }) => figures?.upgradedConnections ?? 0,
    metric: gauge(
      'upgraded_connections',
      'Open connections of WebSockets and other HTTP upgrades.',
      ({ figures }) => figures?.upgradedConnections,
    ),
  },
  {
    name: 'memory',
    unit: 'bytes',
    value: ({ figures }) => figures?.rss ?? 0,
    column: [9, 'memory'],
    metric: gauge('resident_memory_bytes', 'Memory, as the system counts it.', ({ figures }) => figures?.rss),
  },
  {
    name: 'heap',
    unit: 'bytes',
    value: ({ figures }) => figures?.heapUsed ?? 0,
    column: [10, 'heap'],
    metric: gauge('heap_bytes', 'Memory of JavaScript.', ({ figures }) => figures?.heapUsed),
  },
  { name: 'cpu seconds', unit: 'seconds', value: ({ figures }) => round(figures?.cpu ?? 0) },
  {
    name: 'event loop delay',
    unit: 'microseconds',
    value: ({ figures }) => Math.round((figures?.eventLoopDelay ?? 0) * 1000),
    column: [11, 'loop delay'],
    metric: gauge(
      'event_loop_delay_seconds',
      'Longest delay of the event loop in the last seconds.',
      ({ figures }) => (figures === undefined ? undefined : figures.eventLoopDelay / 1000),
    ),
  },
  {
    name: 'event loop utilization',
    unit: 'share',
    value: ({ figures }) => round(figures?.eventLoopUtilization ?? 0),
    column: [12, 'loop busy'],
    metric: gauge(
      'event_loop_utilization',
      'Share of the last seconds in which the event loop was busy.',
      ({ figures }) => figures?.eventLoopUtilization,
    ),
  },
];

/** The figures of the pool. */
export function poolFields(snapshot: Snapshot): Fields {
  return valuesOf(poolStatusFields, snapshot);
}

/** The figures of one worker, at the time of a snapshot. */
export function workerFields(worker: WorkerStatus, time: number): Fields {
  return valuesOf(workerStatusFields, { ...worker, time });
}

const units = new Map(
  [...poolStatusFields, ...workerStatusFields].map(({ name, unit }) => [name, unit] as const),
);

/** What a field of the status is; `undefined` for one that is not ours. */
export function unitOf(name: string): Unit | undefined {
  return units.get(name);
}

function valuesOf<Source>(fields: ReadonlyArray<StatusField<Source>>, source: Source): Fields {
  return fields.flatMap(({ name, value }) => {
    const found = value(source);
    return found === undefined ? [] : [[name, found] as const];
  });
}

function inState({ workers }: Snapshot, wanted: WorkerStatus['state']): number {
  return workers.filter(({ state }) => state === wanted).length;
}

function active(snapshot: Snapshot): number {
  return inState(snapshot, 'Running') + inState(snapshot, 'Blocked');
}

function sum({ workers }: Snapshot, pick: (worker: WorkerStatus) => number | undefined): number {
  return workers.reduce((total, worker) => total + (pick(worker) ?? 0), 0);
}

/** Microseconds within which this share of the requests have ended, estimated from the buckets. */
function quantile(durations: readonly number[], share: number): number {
  const wanted = share * durations.reduce((total, count) => total + count, 0);
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
