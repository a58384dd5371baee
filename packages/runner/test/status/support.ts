import { BUCKETS, type Figures, NO_TOTALS } from '../../src/status/figures.ts';
import type { Snapshot, Status } from '../../src/status/snapshot.ts';

/** Of a worker that has had three requests, one of which is under way. */
export const FIGURES: Figures = {
  ...NO_TOTALS,
  acceptedConnections: 2,
  activeRequests: 1,
  bytesReceived: 900,
  bytesSent: 3000,
  connections: 1,
  cpu: 0.25,
  // One within 5 ms, one that took longer than the last limit.
  durations: BUCKETS.map((limit) => (limit === 0.005 ? 1 : 0)).concat(1) as number[],
  durationSum: 70.003,
  eventLoopDelay: 12.5,
  eventLoopUtilization: 0.25,
  heapUsed: 10_485_760,
  request: {
    contentLength: 7,
    duration: 1.5,
    method: 'POST',
    script: '/srv/app.js',
    uri: '/<script>alert("&\'")</script>',
    user: 'anna\x1b[1m',
  },
  requests: 3,
  responses: [0, 1, 0, 0, 1],
  rss: 52_428_800,
  upgradedConnections: 3,
};

/** A pool of two, one of which has told nothing yet. */
export const SNAPSHOT: Snapshot = {
  counts: { crashes: 1, recycles: 2, reloads: 3, starts: 9 },
  generation: 4,
  listenQueue: { length: 5, limit: 511, max: 6 },
  manager: 'static',
  maxActive: 2,
  name: 'a<b>.js',
  startTime: 1_600_000_000.5,
  time: 1_600_000_100.75,
  totals: FIGURES,
  workers: [
    {
      figures: FIGURES,
      generation: 4,
      id: 8,
      pid: 701,
      silence: 0.5,
      startTime: 1_600_000_040,
      state: 'Running',
    },
    { generation: 4, id: 9, pid: 702, silence: 3.25, startTime: 1_600_000_090, state: 'Starting' },
  ],
};

/** The status of one pool. */
export function statusOf(pool: Snapshot): Status {
  return { kind: 'one', pools: [pool] };
}

/** The status of two applications: that of {@link SNAPSHOT}, and another. */
export const SEVERAL: Status = {
  kind: 'several',
  pools: [
    { ...SNAPSHOT, name: 'shop' },
    { ...SNAPSHOT, name: 'blog', workers: SNAPSHOT.workers.slice(1) },
  ],
};
