import type { CheckFacts } from './check.ts';
import type { CheckResult } from './result.ts';

/** The checks of one side, with what they run against. */
export interface Suite {
  readonly checks: readonly CheckFacts[];
  close(): Promise<void>;
  /** Runs the check of this number. */
  run(id: number): Promise<CheckResult>;
  /** @throws ConformanceError (`FCGI_CHECK_TARGET_UNREACHABLE`) */
  start(): Promise<void>;
}

/** A check takes so many times as long as anything new, at most. */
export const CHECK_TIMEOUTS = 10;

/** The check of a number. @throws Error where there is none */
export function checkOf<Each extends CheckFacts>(checks: readonly Each[], id: number): Each {
  const check = checks.find((each) => each.id === id);
  if (check === undefined) throw new Error(`There is no check ${id}.`);
  return check;
}
