import { RunnerError } from '../errors.ts';
import type { ParentOptionValues, RunOptions } from './run-options.ts';

/** One application that is to run. */
export interface PlannedApplication {
  /** With those of the parent. */
  readonly options: RunOptions;
  /** Who says so, for messages: a file, and its place there. */
  readonly source: string;
}

/** What is to run, with all options read. */
export interface RunPlan {
  readonly applications: readonly PlannedApplication[];
  /** `several`: under one parent, each with a name and workers, none of which depends on the others. */
  readonly kind: 'one' | 'several';
  readonly parent: ParentOptionValues;
}

/** An error about one of several applications, whose message names what says so of the application. */
export function aboutApplication(error: unknown, { kind }: RunPlan, { source }: PlannedApplication): unknown {
  if (kind === 'one' || !(error instanceof RunnerError)) return error;
  return new RunnerError(error.code, `${source}: ${error.message}`, { cause: error });
}
