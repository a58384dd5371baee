import type { Host } from './host.ts';
import type { Random } from './random.ts';

/** By what the web server chooses a host. */
export const policies = ['least-connections', 'random', 'round-robin'] as const;

export type Policy = (typeof policies)[number];

/** A host, as the web server sees it. */
export interface Target {
  /** Connections to it that are not there yet. */
  connecting: number;
  /** Connections that failed since the last one that did not. */
  failures: number;
  readonly host: Host;
  /** When the web server asks it again. */
  leftOutUntil: number;
}

/** As `max_fails=2 fail_timeout=10s` of nginx has it, in seconds. */
const MOST_FAILURES = 2;
const LEFT_OUT = 10;

/** A web server that knows all of its requests; a host whose connections fail it leaves alone for a while. */
export class Balancer {
  readonly #policy: Policy;
  readonly #random: Random;
  readonly #targets: readonly Target[];
  #turn = 0;

  constructor(policy: Policy, targets: readonly Target[], random: Random) {
    this.#policy = policy;
    this.#random = random;
    this.#targets = targets;
  }

  /**
   * A host for a request.
   *
   * @param other not this one, if there is another
   */
  choose(now: number, other?: Target): Target | undefined {
    const chosen = this.#choose((target) => target !== other && target.leftOutUntil <= now, now) ?? other;
    // One request at a time finds out whether it is there again.
    if (chosen !== undefined && chosen.failures >= MOST_FAILURES) chosen.leftOutUntil = now + LEFT_OUT;
    return chosen;
  }

  /** A connection to it could not be made. */
  failed(target: Target, now: number): void {
    target.failures += 1;
    if (target.failures >= MOST_FAILURES) target.leftOutUntil = now + LEFT_OUT;
  }

  /** A connection to it is there. */
  succeeded(target: Target): void {
    target.failures = 0;
    target.leftOutUntil = 0;
  }

  #choose(isThere: (target: Target) => boolean, now: number): Target | undefined {
    const count = this.#targets.length;
    // Those with equally little to do are asked in turns.
    this.#turn = this.#policy === 'random' ? Math.floor(this.#random() * count) : (this.#turn + 1) % count;
    let best: Target | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let step = 0; step < count; step += 1) {
      const target = this.#targets[(this.#turn + step) % count];
      if (target === undefined || !isThere(target)) continue;
      if (this.#policy !== 'least-connections') return target;
      const active = target.host.activeAt(now) + target.connecting;
      if (active < least) [best, least] = [target, active];
      if (active === 0) break;
    }
    return best;
  }
}
