/** A worker, as `PoolState` sees it; its diagram has the phases. */
export interface Worker {
  readonly id: number;
  readonly generation: number;
  readonly number: number;
  readonly startedAt: number;
  /** The worker that stops when this one is ready. */
  readonly replaces: number | undefined;
  phase: 'closed' | 'ready' | 'starting' | 'stopping';
  /** It is to be replaced, and says so only once. */
  isDue: boolean;
  /** It has had no request for a while. */
  isIdle: boolean;
}

/** Whether it serves, or is about to. */
export const isWorking = ({ phase }: Worker) => phase === 'starting' || phase === 'ready';
