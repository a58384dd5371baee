import { poolFields, workerFields } from './fields.ts';
import type { Snapshot } from './snapshot.ts';

/** The JSON that php-fpm has, and more of the same kind; with `full` it has `processes`. */
export function renderJson(snapshot: Snapshot, full: boolean): string {
  const pool = Object.fromEntries(poolFields(snapshot));
  if (!full) return `${JSON.stringify(pool)}\n`;
  const processes = snapshot.workers.map((worker) => Object.fromEntries(workerFields(worker, snapshot.time)));
  return `${JSON.stringify({ ...pool, processes })}\n`;
}
