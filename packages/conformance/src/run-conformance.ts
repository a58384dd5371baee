import { ApplicationSuite } from './application/application-suite.ts';
import { applicationChecks } from './application/checks.ts';
import { SpawnedApplication } from './application/spawned-application.ts';
import { RunningApplication } from './application/target.ts';
import type { CheckFacts, CheckLevel } from './check.ts';
import { unknownCheck } from './errors.ts';
import type { ExpectedFailure } from './expected-failures.ts';
import type { CheckResult, ConformanceReport } from './result.ts';
import { factsOf } from './run-check.ts';
import type { Suite } from './suite.ts';
import { webServerChecks } from './web-server/checks.ts';
import { parseUrl } from './web-server/parse-url.ts';
import { WebServerSuite } from './web-server/web-server-suite.ts';

/** What is checked. */
export type ConformanceTarget =
  /** An application that runs: `unix:/path`, `HOST:PORT`. */
  | { readonly address: string }
  /** A command that starts an application: on descriptor 0, or on a socket whose path replaces `{socket}`. */
  | { readonly spawn: string }
  /**
   * A command that starts a web server in the foreground, in front of the socket whose path replaces `{socket}`, and the URL
   * below which it passes requests on, such as `http://127.0.0.1:8080/`.
   */
  | { readonly url: string; readonly webServer: string };

/** What {@link runConformance} takes. */
export interface ConformanceOptions {
  /**
   * Failures that are known, each with its reason.
   *
   * @defaultValue none
   */
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
   * Params of every request to an application, such as the SCRIPT_FILENAME that php-fpm needs.
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
const LEVELS: readonly CheckLevel[] = ['must', 'should', 'hardening'];

/** All checks, those of applications and those of web servers. */
export const checks: readonly CheckFacts[] = [...applicationChecks, ...webServerChecks].map(factsOf);

/**
 * Runs the checks of an application or of a web server, one after the other.
 *
 * @returns the result of each; a failure is no error
 * @throws ConformanceError where the target is not reachable, or a number is not that of a check
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const { expectedFailures = [], onCheck, onResult, signal, target } = options;
  const name = nameOf(target);
  const suite = suiteOf(name, options);
  const chosen = chosenOf(suite, options);
  const began = new Date().toISOString();
  const results: CheckResult[] = [];
  try {
    await suite.start();
    for (const check of chosen) {
      if (signal?.aborted === true) break;
      onCheck?.(factsOf(check));
      const expected = expectedFailures.find(({ id }) => id === check.id)?.reason;
      const ended = await suite.run(check.id);
      const result = expected === undefined ? ended : { ...ended, expected };
      results.push(result);
      onResult?.(result);
    }
  } finally {
    await suite.close();
  }
  return reportOf(began, name, results);
}

function nameOf(target: ConformanceTarget): string {
  if ('address' in target) return target.address;
  return 'spawn' in target ? target.spawn : target.webServer;
}

function suiteOf(name: string, { params = {}, target, timeout = TIMEOUT }: ConformanceOptions): Suite {
  if ('webServer' in target) return new WebServerSuite(target.webServer, parseUrl(target.url), timeout);
  const application =
    'address' in target
      ? new RunningApplication(target.address)
      : new SpawnedApplication(target.spawn, timeout);
  return new ApplicationSuite(name, application, params, timeout);
}

/** The checks that are to run. @throws ConformanceError (`FCGI_CHECK_UNKNOWN`) */
function chosenOf(
  suite: Suite,
  { expectedFailures = [], level = 'hardening', only }: ConformanceOptions,
): CheckFacts[] {
  for (const id of [...(only ?? []), ...expectedFailures.map((each) => each.id)]) {
    if (!suite.checks.some((check) => check.id === id)) throw unknownCheck(id);
  }
  return suite.checks.filter(
    (check) => (only?.includes(check.id) ?? true) && LEVELS.indexOf(check.level) <= LEVELS.indexOf(level),
  );
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
