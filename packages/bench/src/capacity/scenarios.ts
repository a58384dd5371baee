import { policies } from './balancer.ts';
import { type Outcome, type Scenario, simulate } from './simulate.ts';

/** What is asked of the simulation in docs/capacity.md. Times of the application are relative: a request takes 1. */
const usual: Omit<Scenario, 'hosts' | 'policy' | 'rate' | 'requests'> = {
  backlog: 511,
  distribution: 'lognormal',
  seed: 1,
  service: 1,
  workers: 8,
};
/** Requests in one simulation, without those of a failure. */
const REQUESTS = 60_000;
const HOSTS = 10;

/** How long requests take with a policy and a load. */
export interface PolicyResult {
  readonly load: number;
  readonly outcome: Outcome;
  readonly policy: Scenario['policy'];
}

/** Every policy with every load. */
export function comparePolicies(loads: readonly number[]): PolicyResult[] {
  return loads.flatMap((load) =>
    policies.map((policy) => {
      const rate = load * HOSTS * usual.workers;
      const outcome = simulate({ ...usual, hosts: HOSTS, policy, rate, requests: REQUESTS });
      return { load, outcome, policy };
    }),
  );
}

/** What a host that goes does to the others. */
export interface FailureResult {
  readonly hosts: number;
  readonly outcome: Outcome;
  readonly requests: number;
  readonly wait: number;
}

/**
 * One of the hosts goes after a second and does not come back.
 *
 * @param hosts how many there are
 * @param load share of the time in which workers are busy before
 * @param service seconds that a request keeps a worker busy
 * @param wait seconds until a connection to a host that has vanished is given up; 0 for one that refuses it
 */
export function failOne(hosts: number, load: number, service: number, wait: number): FailureResult {
  const rate = (load * hosts * usual.workers) / service;
  // Four seconds.
  const requests = Math.round(4 * rate);
  const failure = { at: 1, back: Number.POSITIVE_INFINITY, wait };
  const outcome = simulate({
    ...usual,
    failure,
    hosts,
    policy: 'least-connections',
    rate,
    requests,
    service,
  });
  return { hosts, outcome, requests, wait };
}

/**
 * A quantile of sorted times.
 *
 * @param share of the times that are not longer: 0 to 1
 */
export function quantile(times: Float64Array, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
}
