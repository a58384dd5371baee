import { poolStatusFields, type StatusField, workerStatusFields } from './fields.ts';
import { BUCKETS, type Totals } from './figures.ts';
import {
  bucketLimit,
  type Labels,
  type MetricFamily,
  openMetricsText,
  type Sample,
} from './openmetrics-text.ts';
import type { Snapshot, Status, WorkerState } from './snapshot.ts';

const STATES: readonly WorkerState[] = ['Idle', 'Running', 'Blocked', 'Starting', 'Stopping'];

/** A metric whose values are still being gathered. */
interface Gathered {
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly values: Array<readonly [labels: Labels, value: number]>;
}

/** What Prometheus and others of its kind read: OpenMetrics 1.0. Of several applications, each has the label `pool`. */
export function renderOpenMetrics({ kind, pools }: Status): string {
  const gathered = new Map<string, Gathered>();
  const all = pools.map((pool) => ({ labels: kind === 'one' ? {} : { pool: pool.name }, pool }));
  for (const { labels, pool } of all) addPool(gathered, pool, labels);
  const durations = durationsOf(all.map(({ labels, pool }) => ({ labels, totals: pool.totals })));
  return openMetricsText([...[...gathered.values()].map(familyOf), durations]);
}

function addPool(gathered: Map<string, Gathered>, snapshot: Snapshot, ofPool: Labels): void {
  const { manager, name, time, workers } = snapshot;
  const add = (family: Omit<Gathered, 'values'>, ...values: Gathered['values']) => {
    const known = gathered.get(family.name);
    if (known === undefined) gathered.set(family.name, { ...family, values });
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
  const states = STATES.map((state): Gathered['values'][0] => {
    const count = workers.filter((worker) => worker.state === state).length;
    return [{ ...ofPool, state: state.toLowerCase() }, count];
  });
  add({ help: 'Workers by what they do.', kind: 'gauge', name: 'workers' }, ...states);
  for (const worker of workers) {
    const labels = { ...ofPool, worker: String(worker.id) };
    addFields(workerStatusFields, { ...worker, time }, 'worker_', labels);
  }
}

function familyOf({ help, kind, name, values }: Gathered): MetricFamily {
  const suffix = kind === 'counter' ? '_total' : '';
  const samples = values.map(([labels, value]) => ({ labels, suffix, value }) as const);
  return { help, name: `fcgi_${name}`, samples, type: kind };
}

function durationsOf(
  pools: ReadonlyArray<{ readonly labels: Labels; readonly totals: Totals }>,
): MetricFamily {
  const limits = [...BUCKETS, Infinity].map(bucketLimit);
  const samples = pools.flatMap(({ labels, totals: { durationSum, durations } }): Sample[] => {
    let ended = 0;
    const buckets = durations.map((count, index): Sample => {
      ended += count;
      return { labels: { ...labels, le: limits[index]! }, suffix: '_bucket', value: ended };
    });
    return [
      ...buckets,
      { labels, suffix: '_sum', value: durationSum },
      { labels, suffix: '_count', value: ended },
    ];
  });
  return {
    help: 'How long requests took.',
    name: 'fcgi_request_duration_seconds',
    samples,
    type: 'histogram',
  };
}
