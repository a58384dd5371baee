import type { FcgiServerStats } from '@fcgi-js/server';

/** Milliseconds between two looks, at most. */
const INTERVAL = 1_000;
/** Looks within the time after which something is idle. */
const LOOKS = 4;

/**
 * Tells when no request has been under way and nothing has come for so many seconds, and when something has come again.
 * Connections that are only kept do not count. Looking now and then costs requests nothing.
 */
export function watchIdle(
  seconds: number,
  stats: () => FcgiServerStats,
  changed: (isIdle: boolean) => void,
): void {
  const limit = seconds * 1000;
  let seen = 0;
  let since = performance.now();
  let wasIdle = false;
  const look = () => {
    const { activeRequests, totalConnections, totalRequests } = stats();
    const count = totalConnections + totalRequests;
    if (activeRequests > 0 || count !== seen) since = performance.now();
    seen = count;
    const isIdle = performance.now() - since >= limit;
    if (isIdle === wasIdle) return;
    wasIdle = isIdle;
    changed(isIdle);
  };
  setInterval(look, Math.min(INTERVAL, limit / LOOKS)).unref();
}
