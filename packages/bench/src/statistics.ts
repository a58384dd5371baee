/** The middle of some figures, and how far they lie apart. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/**
 * Median and range.
 *
 * @param figures at least one
 */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  const low = sorted[0];
  const high = sorted.at(-1);
  if (upper === undefined || lower === undefined || low === undefined || high === undefined) {
    throw new Error('There is no median of nothing.');
  }
  return { low, median: (lower + upper) / 2, high };
}

/**
 * The ratios of two contenders, round by round: what slowed down a whole round does not count.
 *
 * @param figures one for each round
 * @param against as many
 */
export function ratios(figures: readonly number[], against: readonly number[]): number[] {
  return figures.flatMap((figure, round) => {
    const other = against[round];
    return other === undefined || other === 0 ? [] : [figure / other];
  });
}
