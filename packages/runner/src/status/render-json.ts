import { poolFields, workerFields } from './fields.ts';
import type { Snapshot, Status } from './snapshot.ts';

/** The JSON that php-fpm has, and more of the same kind; with `full` it has `processes`. Several are below `pools`. */
export function renderJson({ kind, pools }: Status, full: boolean): string {
  const all = pools.map((pool) => objectOf(pool, full));
  return `${JSON.stringify(kind === 'one' ? all[0] : { pools: all })}\n`;
}

function objectOf(snapshot: Snapshot, full: boolean): object {
  const pool = Object.fromEntries(poolFields(snapshot));
  if (!full) return pool;
  const processes = snapshot.workers.map((worker) => Object.fromEntries(workerFields(worker, snapshot.time)));
  return { ...pool, processes };
}
