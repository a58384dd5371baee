import type { Status } from '@fcgi-js/inspector/status';

/** The columns to sort by: their key, what the foot line calls them, and the fields of fcgi run and of php-fpm. */
export const SORTS = [
  { key: 'r', name: 'requests', fields: ['requests'] },
  { key: 'm', name: 'memory', fields: ['memory', 'last request memory'] },
  { key: 'c', name: 'event loop', fields: ['event loop utilization', 'last request cpu'] },
  { key: 'p', name: 'pid', fields: ['pid'] },
] as const;

export type Sort = (typeof SORTS)[number];

/** The largest first; process ids the other way round. */
export function sortWorkers(workers: readonly Status[], { fields, key }: Sort): Status[] {
  const value = (worker: Status) => {
    const found = fields.map((field) => worker[field]).find((one) => typeof one === 'number');
    return typeof found === 'number' && Number.isFinite(found) ? found : -1;
  };
  const sign = key === 'p' ? 1 : -1;
  return workers.toSorted((one, other) => sign * (value(one) - value(other)));
}
