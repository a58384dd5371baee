/** When a worker is to be replaced by a fresh one. */
export interface RecycleLimits {
  /** Seconds since it began to serve. */
  readonly maxAge?: number;
  /** Bytes of memory, as the system counts them (resident set). */
  readonly maxMemory?: number;
  readonly maxRequests?: number;
}

/** What a worker has come to. */
export interface RecycleFigures {
  readonly age: number;
  readonly memory: number;
  readonly requests: number;
}

/** Why a worker is to be replaced. */
export interface RecycleReason {
  readonly limit: keyof RecycleLimits;
  /** In words. */
  readonly reason: string;
}

/** Why a worker is to be replaced; `undefined` if it is not. */
export function recycleReason(limits: RecycleLimits, figures: RecycleFigures): RecycleReason | undefined {
  const { maxAge, maxMemory, maxRequests } = limits;
  const { age, memory, requests } = figures;
  if (maxRequests !== undefined && requests >= maxRequests)
    return { limit: 'maxRequests', reason: `it has had ${requests} requests` };
  if (maxAge !== undefined && age >= maxAge)
    return { limit: 'maxAge', reason: `it has served for ${Math.floor(age)} s` };
  if (maxMemory !== undefined && memory >= maxMemory)
    return { limit: 'maxMemory', reason: `it takes ${Math.ceil(memory / MEBIBYTE)} MiB of memory` };
  return undefined;
}

/** Workers that have begun together are not to end together: each ends in the last tenth of its time. */
export function spreadAge({ maxAge, ...limits }: RecycleLimits, random: number): RecycleLimits {
  return maxAge === undefined ? limits : { ...limits, maxAge: maxAge * (1 - random / 10) };
}

const MEBIBYTE = 1_048_576;
/** Milliseconds between two looks. */
const INTERVAL = 200;

/** Calls back once, when a limit is reached. Looking now and then costs requests nothing. */
export function watchLimits(
  limits: RecycleLimits,
  requests: () => number,
  reached: (reason: RecycleReason) => void,
): void {
  if (Object.keys(limits).length === 0) return;
  const own = spreadAge(limits, Math.random());
  const start = performance.now();
  const timer = setInterval(() => {
    const age = (performance.now() - start) / 1000;
    const reason = recycleReason(own, { age, memory: process.memoryUsage.rss(), requests: requests() });
    if (reason === undefined) return;
    clearInterval(timer);
    reached(reason);
  }, INTERVAL).unref();
}
