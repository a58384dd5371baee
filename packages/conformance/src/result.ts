import type { CheckFacts } from './check.ts';

/** What has become of a check. */
export interface CheckResult extends CheckFacts {
  /** Milliseconds. */
  readonly duration: number;
  /** Why this failure is expected; only where it is. */
  readonly expected?: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped, in a sentence. Bytes of the peer in it are escaped. */
  readonly reason?: string;
  /** Of a failure: the records of each connection in words, `>` to the application and `<` from it. */
  readonly transcripts: ReadonlyArray<readonly string[]>;
}

/** What has become of a run. */
export interface ConformanceReport {
  /** When it began, as `2026-12-01T05:00:00.000Z`. */
  readonly began: string;
  readonly results: readonly CheckResult[];
  /** What was checked: the address or the command. */
  readonly target: string;
  /** Expected failures that passed, by number: the list of expected failures is out of date. */
  readonly unexpectedPasses: readonly number[];
  /** Failures that were not expected, by number. */
  readonly unexpectedFailures: readonly number[];
}
