/** Numbers from 0 to 1, 1 not included, the same for the same seed: mulberry32. */
export type Random = () => number;

/** @param seed a whole number */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How long requests keep a worker busy; the mean is 1 in each. */
export const distributions = {
  /** All alike. */
  constant: () => 1,
  /** Many short ones, few long ones. */
  exponential: (random: Random) => -Math.log(1 - random()),
  /** Most of them short, one in a hundred more than eight times the mean: the standard deviation is 2. */
  lognormal: (random: Random) => Math.exp(SIGMA * normal(random) - SIGMA ** 2 / 2),
} as const satisfies Record<string, (random: Random) => number>;

export type Distribution = keyof typeof distributions;

/** Of the logarithm: the variance of the time itself is 4. */
const SIGMA = Math.sqrt(Math.log(5));

/** By Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
