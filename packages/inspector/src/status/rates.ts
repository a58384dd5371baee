import { isStatus, type Status } from './read-status.ts';

/** A status, and when it came. */
export interface StatusReport {
  readonly status: Status;
  /** Milliseconds of any clock that never goes back. */
  readonly time: number;
}

/** Bytes and requests per second; `undefined` where the status does not say. */
export interface Rates {
  readonly received: number | undefined;
  readonly requests: number | undefined;
  readonly sent: number | undefined;
  /** Requests of each process, by its id. */
  readonly workers: ReadonlyMap<unknown, number>;
}

/** The processes of a status, as far as they make sense. */
export function workersOf({ processes }: Status): readonly Status[] {
  return Array.isArray(processes) ? processes.filter(isStatus) : [];
}

/**
 * The rates between two reports of one application.
 *
 * @param before `undefined` for the first report, of which nothing can be told
 */
export function ratesBetween(before: StatusReport | undefined, now: StatusReport): Rates {
  const seconds = before === undefined ? 0 : (now.time - before.time) / 1000;
  const rate = (field: string, from: Status | undefined, to: Status) => {
    const difference = Number(to[field]) - Number(from?.[field]);
    // What begins anew counts from zero.
    return seconds > 0 && difference >= 0 ? difference / seconds : undefined;
  };
  const known = new Map(
    (before === undefined ? [] : workersOf(before.status)).map((worker) => [worker['pid'], worker]),
  );
  const workers = new Map<unknown, number>();
  for (const worker of workersOf(now.status)) {
    const requests = rate('requests', known.get(worker['pid']), worker);
    if (requests !== undefined) workers.set(worker['pid'], requests);
  }
  const whole = (field: string) => rate(field, before?.status, now.status);
  const sum = [...workers.values()].reduce((total, value) => total + value, 0);
  return {
    received: whole('bytes received'),
    // php-fpm counts the requests of each process only.
    requests: whole('requests') ?? (workers.size === 0 ? undefined : sum),
    sent: whole('bytes sent'),
    workers,
  };
}
