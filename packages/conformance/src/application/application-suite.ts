import { CheckFailure } from '../check.ts';
import { unreachable } from '../errors.ts';
import type { CheckResult } from '../result.ts';
import { factsOf, runCheck } from '../run-check.ts';
import { CHECK_TIMEOUTS, checkOf, type Suite } from '../suite.ts';
import { applicationChecks } from './checks.ts';
import { type ApplicationFacts, ApplicationSession } from './session.ts';
import type { ApplicationTarget } from './target.ts';

/** The checks of an application. */
export class ApplicationSuite implements Suite {
  readonly checks = applicationChecks;
  readonly #facts: ApplicationFacts = {};
  readonly #name: string;
  readonly #params: Readonly<Record<string, string>>;
  readonly #target: ApplicationTarget;
  readonly #timeout: number;
  /** Whether it has the routes of the probe contract; `undefined` until a check needs them. */
  #hasProbe: boolean | undefined;

  constructor(
    name: string,
    target: ApplicationTarget,
    params: Readonly<Record<string, string>>,
    timeout: number,
  ) {
    this.#name = name;
    this.#target = target;
    this.#params = params;
    this.#timeout = timeout;
  }

  async start(): Promise<void> {
    await this.#target.prepare('');
    const session = this.#session();
    try {
      await session.connect();
    } catch (error) {
      throw error instanceof CheckFailure ? unreachable(this.#name, error.message) : error;
    } finally {
      session.close();
    }
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async run(id: number): Promise<CheckResult> {
    const check = checkOf(this.checks, id);
    await this.#target.prepare(check.group);
    const session = this.#session();
    if (check.needs === 'probe') this.#hasProbe ??= await session.offersProbe();
    if (check.needs === 'probe' && this.#hasProbe === false) {
      session.close();
      const reason = 'The application does not offer /echo of the probe contract.';
      return { ...factsOf(check), duration: 0, outcome: 'skipped', reason, transcripts: [] };
    }
    const result = await runCheck(check, session, this.#timeout * CHECK_TIMEOUTS);
    if (result.outcome === 'failed') await session.recover();
    return result;
  }

  #session(): ApplicationSession {
    return new ApplicationSession(this.#target, this.#params, this.#timeout, this.#facts);
  }
}
