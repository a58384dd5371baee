import { Counter, Gauge, type Metric, type OpenMetricsContentType, Registry } from 'prom-client';
import { poolStatusFields, type StatusField, workerStatusFields } from './fields.ts';
import { BUCKETS, type Totals } from './figures.ts';
import type { Snapshot, WorkerState } from './snapshot.ts';

const STATES: readonly WorkerState[] = ['Idle', 'Running', 'Blocked', 'Starting', 'Stopping'];

/** A metric with all its values. */
interface Family {
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly values: Array<readonly [labels: Readonly<Record<string, string>>, value: number]>;
}

/** What Prometheus and others of its kind read: OpenMetrics 1.0. */
export async function renderOpenMetrics(snapshot: Snapshot): Promise<string> {
  const { manager, name, time, totals, workers } = snapshot;
  const families = new Map<string, Family>();
  const add = (family: Omit<Family, 'values'>, ...values: Family['values']) => {
    const known = families.get(family.name);
    if (known === undefined) families.set(family.name, { ...family, values });
    else known.values.push(...values);
  };
  const addFields = <Source>(
    fields: ReadonlyArray<StatusField<Source>>,
    source: Source,
    prefix: string,
    labels: Readonly<Record<string, string>>,
  ) => {
    for (const { metric, value } of fields) {
      if (metric === undefined) continue;
      const found = (metric.value ?? value)(source);
      if (found === undefined) continue;
      const { help, kind, name: short } = metric;
      add({ help, kind, name: prefix + short }, [{ ...labels, ...metric.labels }, Number(found)]);
    }
  };
  add({ help: 'What is served, and how: always 1.', kind: 'gauge', name: 'pool' }, [
    { pool: name, process_manager: manager },
    1,
  ]);
  addFields(poolStatusFields, snapshot, '', {});
  const states = STATES.map((state): Family['values'][0] => {
    const count = workers.filter((worker) => worker.state === state).length;
    return [{ state: state.toLowerCase() }, count];
  });
  add({ help: 'Workers by what they do.', kind: 'gauge', name: 'workers' }, ...states);
  for (const worker of workers) {
    addFields(workerStatusFields, { ...worker, time }, 'worker_', { worker: String(worker.id) });
  }
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const family of families.values()) register(registry, family);
  registry.registerMetric(durations(totals));
  return await registry.metrics();
}

function register(registry: Registry<OpenMetricsContentType>, { help, kind, name, values }: Family): void {
  const options = {
    name: `fcgi_${name}`,
    help,
    labelNames: Object.keys(values[0]?.[0] ?? {}),
    registers: [registry as Registry<never>],
  };
  if (kind === 'counter') {
    const made = new Counter(options);
    for (const [labels, value] of values) made.inc(labels, value);
  } else {
    const made = new Gauge(options);
    for (const [labels, value] of values) made.set(labels, value);
  }
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
