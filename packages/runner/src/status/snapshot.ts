import type { Figures, Totals } from './figures.ts';
import type { ListenQueue } from './listen-queue.ts';

/** All that the status pages tell, at one moment. Times of day are in seconds since 1970, others in seconds. */
export interface Snapshot {
  /** Most workers that were active at once, as seen once a second. */
  readonly maxActive: number;
  readonly counts: PoolCounts;
  /** What new workers load: 1, and 1 more with each reload. */
  readonly generation: number;
  /** Where the system tells it. */
  readonly listenQueue?: ListenQueue;
  /** `static`: so many workers; `ondemand`: so many while there are requests; `single`: one process, without a parent. */
  readonly manager: string;
  /** The application. */
  readonly name: string;
  readonly startTime: number;
  readonly time: number;
  /** Of all processes since the start, with those that are gone. */
  readonly totals: Totals;
  readonly workers: readonly WorkerStatus[];
}

/** What a status page is about: one application, or all of a parent, each with its name. */
export interface Status {
  readonly kind: 'one' | 'several';
  readonly pools: readonly Snapshot[];
}

/** What has happened to workers since the start. */
export interface PoolCounts {
  /** They have ended without being asked to. */
  readonly crashes: number;
  /** They were replaced because they had reached a limit. */
  readonly recycles: number;
  readonly reloads: number;
  readonly starts: number;
}

/** One process that serves. */
export interface WorkerStatus {
  /** None as long as it has told none. */
  readonly figures?: Figures;
  readonly generation: number;
  readonly id: number;
  readonly pid: number;
  /** Seconds since it last told something. */
  readonly silence: number;
  readonly startTime: number;
  readonly state: WorkerState;
}

/** `Blocked`: its event loop has not come round for a while, so that it cannot answer anybody. */
export type WorkerState = 'Blocked' | 'Idle' | 'Running' | 'Starting' | 'Stopping';
