export { findApplication } from './application/find-application.ts';
export { RunnerError, type RunnerErrorCode } from './errors.ts';
export type { WrittenLimits } from './options/limit-kind.ts';
export type { ApplicationConfig, RunConfig } from './options/run-options.ts';
export type { PoolNews } from './pool/pool-command.ts';
export { Runner, type RunnerEvents, type RunnerOptions, run } from './run.ts';
export type { Figures, RequestFigures, Totals } from './status/figures.ts';
export type { ListenQueue } from './status/listen-queue.ts';
export type { PoolCounts, Snapshot, WorkerState, WorkerStatus } from './status/snapshot.ts';
