import { applicationChecks } from './application/checks.ts';
import { type ApplicationCheck, ApplicationSession } from './application/session.ts';
import { SpawnedApplication } from './application/spawned-application.ts';
import { type ApplicationTarget, RunningApplication } from './application/target.ts';
import { type CheckFacts, CheckFailure, type CheckLevel } from './check.ts';
import { unknownCheck, unreachable } from './errors.ts';
import type { ExpectedFailure } from './expected-failures.ts';
import type { CheckResult, ConformanceReport } from './result.ts';
import { factsOf, runCheck } from './run-check.ts';

/** What is checked. */
export type ConformanceTarget =
  /** An application that runs: `unix:/path`, `HOST:PORT`. */
  | { readonly address: string }
  /** A command that starts an application: on descriptor 0, or on a socket whose path replaces `{socket}`. */
  | { readonly spawn: string };

/** What {@link runConformance} takes. */
export interface ConformanceOptions {
  /** Failures that are known, each with its reason. */
  readonly expectedFailures?: readonly ExpectedFailure[];
  /**
   * Up to which level: `'must'`, `'should'` with those before it, `'hardening'` with all.
   *
   * @defaultValue 'hardening'
   */
  readonly level?: CheckLevel;
  /** Is called before each check. */
  readonly onCheck?: (check: CheckFacts) => void;
  /** Is called after each check. */
  readonly onResult?: (result: CheckResult) => void;
  /** Only the checks of these numbers. All by default. */
  readonly only?: readonly number[];
  /**
   * Params of every request, such as the SCRIPT_FILENAME that php-fpm needs.
   *
   * @defaultValue none
   */
  readonly params?: Readonly<Record<string, string>>;
  /** Ends the run after the check that runs. */
  readonly signal?: AbortSignal;
  /** What is checked: an address, or a command that starts it. */
  readonly target: ConformanceTarget;
  /**
   * How long to wait for anything new, in milliseconds. A check takes ten times as long at most.
   *
   * @defaultValue 3000
   */
  readonly timeout?: number;
}

const TIMEOUT = 3_000;
/** A check takes so many times as long as anything new, at most. */
const CHECK_TIMEOUTS = 10;
const LEVELS: readonly CheckLevel[] = ['must', 'should', 'hardening'];

/** All checks, without what they do. */
export const checks: readonly CheckFacts[] = applicationChecks.map(factsOf);

/**
 * Runs the checks, one after the other.
 *
 * @returns the result of each; a failure is no error
 * @throws ConformanceError where the target is not reachable, or a number is not that of a check
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const {
    expectedFailures = [],
    level = 'hardening',
    onCheck,
    onResult,
    only,
    params = {},
    signal,
    target,
  } = options;
  const { timeout = TIMEOUT } = options;
  for (const id of [...(only ?? []), ...expectedFailures.map((each) => each.id)]) {
    if (!checks.some((check) => check.id === id)) throw unknownCheck(id);
  }
  const chosen = applicationChecks.filter(
    (check) => (only?.includes(check.id) ?? true) && LEVELS.indexOf(check.level) <= LEVELS.indexOf(level),
  );
  const began = new Date().toISOString();
  const name = 'address' in target ? target.address : target.spawn;
  const application =
    'address' in target
      ? new RunningApplication(target.address)
      : new SpawnedApplication(target.spawn, timeout);
  const results: CheckResult[] = [];
  let hasProbe: boolean | undefined;
  try {
    await reach(application, name, timeout);
    for (const check of chosen) {
      if (signal?.aborted === true) break;
      onCheck?.(factsOf(check));
      await application.prepare(check.group);
      const session = new ApplicationSession(application, params, timeout);
      if (check.needs === 'probe') hasProbe ??= await session.offersProbe();
      const expected = expectedFailures.find(({ id }) => id === check.id)?.reason;
      const ended = await runOrSkip(check, session, timeout, hasProbe);
      const result = expected === undefined ? ended : { ...ended, expected };
      results.push(result);
      onResult?.(result);
    }
  } finally {
    await application.close();
  }
  return reportOf(began, name, results);
}

async function runOrSkip(
  check: ApplicationCheck,
  session: ApplicationSession,
  timeout: number,
  hasProbe: boolean | undefined,
): Promise<CheckResult> {
  if (check.needs === 'probe' && hasProbe === false) {
    const reason = 'The application does not offer /echo of the probe contract.';
    return { ...factsOf(check), duration: 0, outcome: 'skipped', reason, transcripts: [] };
  }
  const result = await runCheck(check, session, timeout * CHECK_TIMEOUTS);
  if (result.outcome === 'failed') await session.recover();
  return result;
}

async function reach(application: ApplicationTarget, name: string, timeout: number): Promise<void> {
  await application.prepare('');
  const session = new ApplicationSession(application, {}, timeout);
  try {
    await session.connect();
  } catch (error) {
    throw error instanceof CheckFailure ? unreachable(name, error.message) : error;
  } finally {
    session.close();
  }
}

function reportOf(began: string, target: string, results: readonly CheckResult[]): ConformanceReport {
  const idsWhere = (picks: (result: CheckResult) => boolean) => results.filter(picks).map(({ id }) => id);
  return {
    began,
    results,
    target,
    unexpectedFailures: idsWhere(({ expected, outcome }) => outcome === 'failed' && expected === undefined),
    unexpectedPasses: idsWhere(({ expected, outcome }) => outcome === 'passed' && expected !== undefined),
  };
}
