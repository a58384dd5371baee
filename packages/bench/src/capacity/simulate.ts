import { Balancer, type Policy, type Target } from './balancer.ts';
import { Host } from './host.ts';
import { type Distribution, distributions, type Random, seeded } from './random.ts';

/** One host goes and comes back. Times in seconds, from the beginning. */
export interface Failure {
  readonly at: number;
  readonly back: number;
  /** How long a request waits for its connection until another host is asked: 0 where it is refused. */
  readonly wait: number;
}

/** What is simulated. */
export interface Scenario {
  /** Requests that may wait on a host while all of its workers are busy. */
  readonly backlog: number;
  readonly distribution: Distribution;
  readonly failure?: Failure | undefined;
  readonly hosts: number;
  readonly policy: Policy;
  /** Requests per second of all browsers together. */
  readonly rate: number;
  readonly requests: number;
  readonly seed: number;
  /** Seconds for which a request keeps a worker busy, on average. */
  readonly service: number;
  /** Of each host. */
  readonly workers: number;
}

/** What became of the requests. */
export interface Outcome {
  /** Requests that were under way on the host when it went. */
  readonly lost: number;
  /** Requests that no host has taken. */
  readonly refused: number;
  /** Requests that had to ask another host. */
  readonly repeated: number;
  /** How long those took that were answered, in seconds, in ascending order. */
  readonly times: Float64Array;
}

/** A request that is sent to a host. */
interface Attempt {
  /** When the browser sent it. */
  readonly arrival: number;
  /** When it comes to a host. */
  readonly at: number;
  /** The host that has not taken it. */
  readonly before: Target | undefined;
}

/** A request that a host has taken. */
interface Answer extends Attempt {
  readonly end: number;
  readonly target: Target;
}

/**
 * Requests arrive as in a Poisson process: each is sent independently of the others. The web server gives each of
 * them to a host and takes no time for it. There the first worker that is free does it. One that a host does not take, as
 * it is gone or has as many waiting as may, is given to another host, once. The same seed gives the same outcome.
 */
export function simulate(scenario: Scenario): Outcome {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #answers: Answer[] = [];
  readonly #balancer: Balancer;
  /** The host that goes, if one does. */
  readonly #failing: Target | undefined;
  #hasFailed = false;
  readonly #random: Random;
  #refused = 0;
  #repeated = 0;
  readonly #scenario: Scenario;
  /** Requests that wait for a connection in vain: in the order of their times, as all wait equally long. */
  readonly #waiting: Attempt[] = [];

  constructor(scenario: Scenario) {
    const { backlog, failure, hosts, policy, seed, workers } = scenario;
    this.#scenario = scenario;
    this.#random = seeded(seed);
    const targets = Array.from({ length: hosts }, () => newTarget(new Host(workers, backlog)));
    this.#balancer = new Balancer(policy, targets, this.#random);
    this.#failing = failure === undefined ? undefined : targets[0];
  }

  run(): Outcome {
    const { rate, requests } = this.#scenario;
    let arrival = 0;
    for (let request = 0; request < requests; request += 1) {
      arrival -= Math.log(1 - this.#random()) / rate;
      this.#goOn(arrival);
      this.#attempt({ arrival, at: arrival, before: undefined });
    }
    this.#goOn(Number.POSITIVE_INFINITY);
    const kept = this.#answers.filter((answer) => !this.#isLost(answer));
    return {
      lost: this.#answers.length - kept.length,
      refused: this.#refused,
      repeated: this.#repeated,
      times: Float64Array.from(kept, ({ arrival: start, end }) => end - start).sort(),
    };
  }

  /** Those that have waited in vain until now. */
  #goOn(now: number): void {
    for (let next = this.#waiting[0]; next?.before !== undefined && next.at <= now; next = this.#waiting[0]) {
      this.#waiting.shift();
      next.before.connecting -= 1;
      this.#balancer.failed(next.before, next.at);
      this.#attempt(next);
    }
  }

  #attempt({ arrival, at, before }: Attempt): void {
    const target = this.#balancer.choose(at, before);
    if (target === undefined) {
      this.#refused += 1;
      return;
    }
    const end = this.#isGone(target, at) ? undefined : this.#accept(target, at);
    if (end === undefined) this.#sendElsewhere(target, { arrival, at, before });
    else this.#answers.push({ arrival, at, before, end, target });
  }

  #accept(target: Target, at: number): number | undefined {
    const { distribution, service } = this.#scenario;
    const end = target.host.accept(at, service * distributions[distribution](this.#random));
    if (end !== undefined) this.#balancer.succeeded(target);
    return end;
  }

  /** Once, at once if the host says no, or else when its connection has not come. */
  #sendElsewhere(target: Target, { arrival, at, before }: Attempt): void {
    const isGone = this.#isGone(target, at);
    const wait = isGone ? (this.#scenario.failure?.wait ?? 0) : 0;
    if (before !== undefined) {
      this.#refused += 1;
      if (isGone) this.#balancer.failed(target, at);
      return;
    }
    this.#repeated += 1;
    const next = { arrival, at: at + wait, before: target };
    if (wait > 0) {
      target.connecting += 1;
      this.#waiting.push(next);
      return;
    }
    if (isGone) this.#balancer.failed(target, at);
    this.#attempt(next);
  }

  #isGone(target: Target, now: number): boolean {
    const { failure } = this.#scenario;
    if (failure === undefined || target !== this.#failing || now < failure.at) return false;
    if (!this.#hasFailed) target.host.clear();
    this.#hasFailed = true;
    return now < failure.back;
  }

  #isLost({ at, end, target }: Answer): boolean {
    const { failure } = this.#scenario;
    return failure !== undefined && target === this.#failing && at < failure.at && end > failure.at;
  }
}

function newTarget(host: Host): Target {
  return { connecting: 0, failures: 0, host, leftOutUntil: 0 };
}
