import { describe, expect, test } from 'vitest';
import { distributions, seeded } from '../src/capacity/random.ts';
import { type Scenario, simulate } from '../src/capacity/simulate.ts';

/** Service times have a mean of 1, so that a rate is a load. */
const base: Scenario = {
  backlog: Number.POSITIVE_INFINITY,
  distribution: 'exponential',
  hosts: 1,
  policy: 'round-robin',
  rate: 0.8,
  requests: 100_000,
  seed: 1,
  service: 1,
  workers: 1,
};

function mean(times: ArrayLike<number>): number {
  return Array.from(times).reduce((sum, time) => sum + time, 0) / times.length;
}

const meanTime = (changes: Partial<Scenario>) => mean(simulate({ ...base, ...changes }).times);

/** Erlang C: the probability that all of `c` workers are busy, with a load of `a` of them. */
function erlangC(a: number, c: number): number {
  const b = erlangB(a, c);
  return b / (1 - (a / c) * (1 - b));
}

/** Erlang B: what is refused by `c` workers without a queue. */
function erlangB(a: number, c: number): number {
  let b = 1;
  for (let workers = 1; workers <= c; workers += 1) b = (a * b) / (workers + a * b);
  return b;
}

/** Whether two differ by less than a part of the second one. */
function expectNear(found: number, expected: number, part = 0.05): void {
  expect(Math.abs(found / expected - 1), `${found} instead of ${expected}`).toBeLessThan(part);
}

describe('numbers of a seed', () => {
  test('are the same for the same seed, and others for another one', () => {
    const take = (seed: number) => Array.from({ length: 5 }, seeded(seed));
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
  });

  test.each([
    ['constant', 0],
    ['exponential', 1],
    ['lognormal', 4],
  ] as const)('make %s times with a mean of 1 and a variance of %i', (name, variance) => {
    const random = seeded(3);
    const times = Array.from({ length: 400_000 }, () => distributions[name](random));
    expectNear(mean(times), 1, 0.01);
    const found = mean(times.map((time) => (time - 1) ** 2));
    expect(Math.abs(found - variance)).toBeLessThan(0.2);
  });
});

describe('a simulation agrees with queueing theory', () => {
  test.each([0.3, 0.5, 0.8])('on M/M/1 with a load of %d', (rate) => {
    expectNear(meanTime({ rate }), 1 / (1 - rate));
  });

  test.each([0.5, 0.8])('on M/D/1 with a load of %d', (rate) => {
    expectNear(meanTime({ rate, distribution: 'constant' }), 1 + rate / (2 * (1 - rate)));
  });

  test('on M/G/1 with a variance of 4, by Pollaczek and Khinchine', () => {
    const rate = 0.5;
    const found = meanTime({ rate, distribution: 'lognormal', requests: 400_000 });
    expectNear(found, 1 + ((rate / (1 - rate)) * (1 + 4)) / 2, 0.06);
  });

  test.each([
    [2, 1.6],
    [8, 6.4],
    [8, 7.2],
  ])('on M/M/c with %i workers and a rate of %d, by Erlang', (workers, rate) => {
    expectNear(meanTime({ rate, workers }), 1 + erlangC(rate, workers) / (workers - rate));
  });

  test('on what is refused without a queue, by Erlang', () => {
    const { refused } = simulate({ ...base, backlog: 0, rate: 7, workers: 8 });
    expectNear(refused / base.requests, erlangB(7, 8));
  });

  test('on hosts that are chosen at random: each is an M/M/1', () => {
    expectNear(meanTime({ hosts: 10, policy: 'random', rate: 8 }), 5);
  });

  test('on the order of policies: the fewer connections, the shorter the wait; one queue for all is the limit', () => {
    const [random, turns, least, one] = [
      meanTime({ hosts: 8, policy: 'random', rate: 6.4 }),
      meanTime({ hosts: 8, policy: 'round-robin', rate: 6.4 }),
      meanTime({ hosts: 8, policy: 'least-connections', rate: 6.4 }),
      1 + erlangC(6.4, 8) / 1.6,
    ];
    expect([random, turns, least, one]).toEqual([random, turns, least, one].sort((a, b) => b - a));
  });
});

describe('a host that goes', () => {
  const failing: Scenario = {
    ...base,
    hosts: 4,
    policy: 'least-connections',
    rate: 4_000,
    service: 0.005,
    workers: 8,
    requests: 100_000,
  };
  const failure = { at: 5, back: 15, wait: 0 };

  test('loses what is under way, and no request that comes after it', () => {
    const { lost, refused, repeated, times } = simulate({ ...failing, failure });
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(50);
    expect(refused).toBe(0);
    // Two find out that it has gone, and one after ten seconds that it is back.
    expect(repeated).toBe(2);
    expect(times.length + lost).toBe(failing.requests);
  });

  test('makes some wait for a connection if it vanishes without a word, and no more once two have', () => {
    const { refused, repeated, times } = simulate({ ...failing, failure: { ...failure, wait: 1 } });
    expect(refused).toBe(0);
    expect(repeated).toBeGreaterThan(2);
    const slow = times.filter((time) => time >= 1).length;
    expect(slow).toBe(repeated);
    // It is asked for one second at the most.
    expect(slow).toBeLessThan(failing.rate / 2);
  });

  test('is asked again when it is back', () => {
    const short = { ...failing, requests: 100_000, rate: 7_200, hosts: 5 };
    const gone = simulate({ ...short, failure: { ...failure, at: 1, back: 1e9 } });
    const back = simulate({ ...short, failure: { ...failure, at: 1, back: 2 } });
    expect(mean(back.times)).toBeLessThan(mean(gone.times));
  });
});

test('a host with a full queue refuses, and another one is asked', () => {
  const { refused, repeated, times } = simulate({ ...base, backlog: 2, hosts: 2, rate: 3, requests: 10_000 });
  expect(repeated).toBeGreaterThan(refused);
  expect(refused).toBeGreaterThan(2_000);
  expect(times.length + refused).toBe(10_000);
  // Two wait, one is done.
  expect(mean(times)).toBeLessThan(3);
});

test('the same seed gives the same outcome', () => {
  expect(simulate({ ...base, requests: 1_000 })).toEqual(simulate({ ...base, requests: 1_000 }));
  expect(simulate({ ...base, requests: 1_000 })).not.toEqual(simulate({ ...base, requests: 1_000, seed: 2 }));
});
