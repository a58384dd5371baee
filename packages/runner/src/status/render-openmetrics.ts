import { Counter, Gauge, type Metric, type OpenMetricsContentType, Registry } from 'prom-client';
import { poolStatusFields, type StatusField, workerStatusFields } from './fields.ts';
import { BUCKETS, type Totals } from './figures.ts';
import type { Snapshot, Status, WorkerState } from './snapshot.ts';

const STATES: readonly WorkerState[] = ['Idle', 'Running', 'Blocked', 'Starting', 'Stopping'];

/** Labels and their values. */
type Labels = Readonly<Record<string, string>>;

/** A metric with all its values. */
interface Family {
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly values: Array<readonly [labels: Labels, value: number]>;
}

/** What Prometheus and others of its kind read: OpenMetrics 1.0. Of several applications, each has the label `pool`. */
export async function renderOpenMetrics({ kind, pools }: Status): Promise<string> {
  const families = new Map<string, Family>();
  const all = pools.map((pool) => ({ labels: kind === 'one' ? {} : { pool: pool.name }, pool }));
  for (const { labels, pool } of all) addPool(families, pool, labels);
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const family of families.values()) register(registry, family);
  registry.registerMetric(durations(all.map(({ labels, pool }) => ({ labels, totals: pool.totals }))));
  return await registry.metrics();
}

function addPool(families: Map<string, Family>, snapshot: Snapshot, ofPool: Labels): void {
  const { manager, name, time, workers } = snapshot;
  const add = (family: Omit<Family, 'values'>, ...values: Family['values']) => {
    const known = families.get(family.name);
    if (known === undefined) families.set(family.name, { ...family, values });
    else known.values.push(...values);
  };
  const addFields = <Source>(
    fields: ReadonlyArray<StatusField<Source>>,
    source: Source,
    prefix: string,
    labels: Labels,
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
  addFields(poolStatusFields, snapshot, '', ofPool);
  const states = STATES.map((state): Family['values'][0] => {
    const count = workers.filter((worker) => worker.state === state).length;
    return [{ ...ofPool, state: state.toLowerCase() }, count];
  });
  add({ help: 'Workers by what they do.', kind: 'gauge', name: 'workers' }, ...states);
  for (const worker of workers) {
    const labels = { ...ofPool, worker: String(worker.id) };
    addFields(workerStatusFields, { ...worker, time }, 'worker_', labels);
  }
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
function durations(pools: ReadonlyArray<{ readonly labels: Labels; readonly totals: Totals }>): Metric {
  const name = 'fcgi_request_duration_seconds';
  const limits = [...BUCKETS.map((limit) => (Number.isInteger(limit) ? `${limit}.0` : `${limit}`)), '+Inf'];
  const values = pools.flatMap(({ labels, totals: { durationSum, durations: counts } }) => {
    let ended = 0;
    const buckets = counts.map((count, index) => {
      ended += count;
      return { metricName: `${name}_bucket`, labels: { ...labels, le: limits[index]! }, value: ended };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: durationSum },
      { metricName: `${name}_count`, labels, value: ended },
    ];
  });
  const metric = { help: 'How long requests took.', name, type: 'histogram', values };
  const counted: object = { name, get: async () => metric };
  return counted as Metric;
}
