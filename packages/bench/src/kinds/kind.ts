import type { Bench } from '../bench.ts';
import type { KindResult } from '../result.ts';

/** A kind of benchmark. */
export interface Kind {
  /** Short name, for options. */
  readonly name: string;
  /** For tables. */
  readonly title: string;
  /** Of its figures. */
  readonly unit: string;
  /** Measures. What it starts it hands to the bench, which stops it. */
  run(bench: Bench): Promise<Pick<KindResult, 'comparisons' | 'notes' | 'rows'>>;
}
