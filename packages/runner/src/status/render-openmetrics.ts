import { Counter, Gauge, type Metric, type OpenMetricsContentType, Registry } from 'prom-client';
import { BUCKETS, type Totals } from './figures.ts';
import type { Snapshot, WorkerState, WorkerStatus } from './snapshot.ts';

const STATES: readonly WorkerState[] = ['Idle', 'Running', 'Blocked', 'Starting', 'Stopping'];

/** Of what a value is told besides its name. */
type Labels = Readonly<Record<string, string>>;

/** What Prometheus and others of its kind read: OpenMetrics 1.0. */
export async function renderOpenMetrics(snapshot: Snapshot): Promise<string> {
  const { counts, generation, listenQueue, manager, maxActive, name, startTime, totals, workers } = snapshot;
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry as Registry<never>];
  const counters = (metric: string, help: string, values: ReadonlyArray<readonly [Labels, number]>) => {
    const labelNames = Object.keys(values[0]?.[0] ?? {});
    const made = new Counter({ name: `fcgi_${metric}`, help, labelNames, registers });
    for (const [labels, value] of values) made.inc(labels, value);
  };
  const counter = (metric: string, help: string, value: number) => counters(metric, help, [[{}, value]]);
  const gauge = (metric: string, help: string, values: ReadonlyArray<readonly [Labels, number]>) => {
    // Without a value it would have one of 0.
    if (values.length === 0) return;
    const labelNames = Object.keys(values[0]?.[0] ?? {});
    const made = new Gauge({ name: `fcgi_${metric}`, help, labelNames, registers });
    for (const [labels, value] of values) made.set(labels, value);
  };
  const one = (metric: string, help: string, value: number) => gauge(metric, help, [[{}, value]]);
  const perWorker = (metric: string, help: string, pick: (worker: WorkerStatus) => number | undefined) =>
    gauge(
      `worker_${metric}`,
      help,
      workers.flatMap((worker) => {
        const value = pick(worker);
        return value === undefined ? [] : [[{ worker: String(worker.id) }, value] as const];
      }),
    );

  gauge('pool', 'What is served, and how: always 1.', [[{ pool: name, process_manager: manager }, 1]]);
  one('start_time_seconds', 'When it was started, since 1970.', startTime);
  one('generation', 'What workers load: 1, and 1 more with each reload.', generation);
  counter('reloads', 'Reloads that are complete.', counts.reloads);
  counter('worker_starts', 'Workers that were started.', counts.starts);
  counter('worker_crashes', 'Workers that have ended by themselves.', counts.crashes);
  counter('worker_recycles', 'Workers that were replaced because they had reached a limit.', counts.recycles);
  const states = STATES.map(
    (state) =>
      [{ state: state.toLowerCase() }, workers.filter((worker) => worker.state === state).length] as const,
  );
  gauge('workers', 'Workers by what they do.', states);
  one('workers_active_max', 'Most workers that were active at once.', maxActive);
  if (listenQueue !== undefined) {
    one('listen_queue', 'Connections that wait to be accepted.', listenQueue.length);
    one('listen_queue_max', 'Most connections that were seen waiting.', listenQueue.max);
    one('listen_queue_limit', 'Connections that can wait.', listenQueue.limit);
  }
  counter('accepted_connections', 'Connections that were accepted.', totals.acceptedConnections);
  counter('requests', 'Requests that have begun.', totals.requests);
  counter('requests_aborted', 'Requests that the web server no longer wanted.', totals.aborted);
  counter('requests_broken', 'Requests whose response could not be sent to its end.', totals.brokenOff);
  counter('requests_refused', 'Requests that a limit or an unknown role has refused.', totals.refused);
  const kinds = totals.responses.map((count, index) => [{ status: `${index + 1}xx` }, count] as const);
  counters('responses', 'Responses by the kind of their status.', kinds);
  counter('errors', 'Things that went wrong with requests.', totals.errors);
  counter('received_bytes', 'Bytes from web servers.', totals.bytesReceived);
  counter('sent_bytes', 'Bytes to web servers.', totals.bytesSent);
  counter('cpu_seconds', 'Time of the processor that workers have taken.', totals.cpu);
  registry.registerMetric(durations(totals));

  perWorker('requests_active', 'Requests under way.', ({ figures }) => figures?.activeRequests);
  perWorker('connections', 'Open connections.', ({ figures }) => figures?.connections);
  perWorker('resident_memory_bytes', 'Memory, as the system counts it.', ({ figures }) => figures?.rss);
  perWorker('heap_bytes', 'Memory of JavaScript.', ({ figures }) => figures?.heapUsed);
  perWorker(
    'event_loop_delay_seconds',
    'Longest delay of the event loop in the last seconds.',
    ({ figures }) => (figures === undefined ? undefined : figures.eventLoopDelay / 1000),
  );
  perWorker(
    'event_loop_utilization',
    'Share of the last seconds in which the event loop was busy.',
    ({ figures }) => figures?.eventLoopUtilization,
  );
  perWorker('silence_seconds', 'Time since the worker has told something.', ({ silence }) => silence);
  return await registry.metrics();
}

/** Counted in other processes: prom-client asks for the values, whoever has them. */
function durations({ durationSum, durations: counts }: Totals): Metric {
  const name = 'fcgi_request_duration_seconds';
  const limits = [...BUCKETS.map((limit) => (Number.isInteger(limit) ? `${limit}.0` : `${limit}`)), '+Inf'];
  let ended = 0;
  const buckets = counts.map((count, index) => {
    ended += count;
    return { metricName: `${name}_bucket`, labels: { le: limits[index]! }, value: ended };
  });
  const values = [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: durationSum },
    { metricName: `${name}_count`, labels: {}, value: ended },
  ];
  const metric = { help: 'How long requests took.', name, type: 'histogram', values };
  const counted: object = { name, get: async () => metric };
  return counted as Metric;
}
