import { RunnerError } from '../errors.ts';
import type { RunPlan } from '../options/run-plan.ts';
import type { PoolNews } from './pool-command.ts';

/** One of the applications, as far as this is about it. */
interface Member {
  readonly isReloading: boolean;
  readonly title: string;
}

/**
 * How far the applications of one parent are, each on its own:
 *
 *   starting ──started──▶ serving
 *       │                    ▲
 *       └─start-failed─▶ failing ─started─┘   one of several is tried again; the only one, or one that
 *                                             has served before a hand-over, ends the group instead
 */
export class GroupPhases {
  /** Resolves when all that can serve do so: to that in words. */
  readonly begun: Promise<string>;
  /** Resolves when there is nothing to serve, or not what was served before: why. */
  readonly failed: Promise<RunnerError>;
  readonly #kind: RunPlan['kind'];
  readonly #members: readonly Member[];
  #onBegun: (text: string) => void = () => {};
  #onFailed: (error: RunnerError) => void = () => {};
  readonly #phases: Array<'failing' | 'serving' | 'starting'>;
  /** The places of those that are loaded anew. */
  readonly #reloading = new Set<number>();

  /**
   * @param kind whether it is the only one
   * @param count how many applications there are to be
   * @param members of the applications, which may be added later, in their order
   */
  constructor(kind: RunPlan['kind'], count: number, members: readonly Member[]) {
    this.#kind = kind;
    this.#members = members;
    this.#phases = Array.from({ length: count }, () => 'starting');
    this.begun = new Promise((resolve) => {
      this.#onBegun = resolve;
    });
    this.failed = new Promise((resolve) => {
      this.#onFailed = resolve;
    });
  }

  /** Whether any of them is being loaded anew. */
  get isReloading(): boolean {
    return this.#reloading.size > 0;
  }

  /** Whether the application at a place serves. */
  serves(index: number): boolean {
    return this.#phases[index] === 'serving';
  }

  /** The application at a place is to be loaded anew. One that does not serve is only started again. */
  reload(index: number): void {
    if (this.serves(index)) this.#reloading.add(index);
  }

  /** An application that is not tried again has failed. */
  fail(error: RunnerError): void {
    this.#onFailed(error);
  }

  /** Something has become of the workers of the application at a place, in words as well. */
  heard(index: number, event: PoolNews['event'], text: string): void {
    if (event === 'started') this.#phases[index] = 'serving';
    else if (event === 'start-failed') this.#phases[index] = 'failing';
    else if (event === 'reloading') this.#reloading.add(index);
    else if (this.#members[index]?.isReloading !== true) this.#reloading.delete(index);
    if (event === 'started' || event === 'start-failed') this.#settle(text);
  }

  /** Looks whether all have begun, or none can. */
  #settle(text: string): void {
    if (this.#phases.includes('starting')) return;
    const all = this.#phases.length;
    if (this.#kind === 'one') {
      this.#onBegun(text);
      return;
    }
    const failing = this.#members.filter((_, index) => this.#phases[index] === 'failing');
    if (failing.length === all) {
      const names = this.#members.map(({ title }) => title).join(', ');
      const message = `None of the applications could be started: ${names}`;
      this.#onFailed(new RunnerError('FCGI_APPLICATION_FAILED', message));
      return;
    }
    const tried = failing.map(({ title }) => title).join(', ');
    this.#onBegun(
      `${all - failing.length} of ${all} applications are served${tried === '' ? '' : `; tried again: ${tried}`}`,
    );
  }
}
