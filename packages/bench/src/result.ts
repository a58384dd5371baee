import { ratios, type Spread, spreadOf } from './statistics.ts';

/** What was measured of one contender. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** One for each round, in the unit of the kind. */
  readonly figures: readonly number[];
  /** Of the CPU time, what the kernel took for it: 0 to 1. */
  readonly systemShare?: number | undefined;
  /** Median over the rounds, for works that have requests. */
  readonly requestsPerSecond?: number | undefined;
}

/** What one contender may cost at most. */
export interface Goal {
  /** Name of the contender. */
  readonly of: string;
  /** Name of the contender it is compared with; absent where the figures themselves count. */
  readonly against?: string;
  /** Absent where two are compared with no goal. */
  readonly atMost?: number;
  /**
   * Whether the two are divided or subtracted.
   *
   * @defaultValue 'ratio'
   */
  readonly how?: 'difference' | 'ratio';
}

/** A goal with what came of it. */
export interface Comparison extends Goal {
  /** Absent where there is no goal. */
  readonly met?: boolean;
  readonly measured: Spread;
}

/** What a kind of benchmark has found out. */
export interface KindResult {
  readonly kind: string;
  readonly title: string;
  /** Of the figures, for example `µs CPU/request`. */
  readonly unit: string;
  readonly rows: readonly Row[];
  readonly comparisons: readonly Comparison[];
  /** How long it took in all. */
  readonly seconds: number;
  /** Sentences about what did not take part, or what to know about the figures. */
  readonly notes: readonly string[];
}

/**
 * Compares what was measured with what was aimed at. Goals of contenders that did not take part are left out.
 *
 * The figure that counts is the median of what the rounds give one by one.
 */
export function compare(goals: readonly Goal[], rows: readonly Row[]): Comparison[] {
  const figuresOf = (name: string) => rows.find((row) => row.name === name)?.figures;
  return goals.flatMap((goal) => {
    const figures = figuresOf(goal.of);
    const against = goal.against === undefined ? undefined : figuresOf(goal.against);
    if (figures === undefined || (goal.against !== undefined && against === undefined)) return [];
    const measured = spreadOf(combine(goal, figures, against));
    const { atMost } = goal;
    return [
      atMost === undefined ? { ...goal, measured } : { ...goal, measured, met: measured.median <= atMost },
    ];
  });
}

/** Comparisons of contenders with what they were before, without a goal. */
export function formerGoals(rows: readonly Row[]): Goal[] {
  const names = rows.map(({ name }) => name);
  return names
    .filter((name) => names.includes(`${name}-before`))
    .map((of) => ({ of, against: `${of}-before` }));
}

function combine(
  goal: Goal,
  figures: readonly number[],
  against: readonly number[] | undefined,
): readonly number[] {
  if (against === undefined) return figures;
  if (goal.how !== 'difference') return ratios(figures, against);
  return figures.map((figure, round) => figure - (against[round] ?? Number.NaN));
}
