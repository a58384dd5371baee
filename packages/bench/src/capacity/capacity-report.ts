import type { Machine } from '../machine.ts';
import type { WayCosts } from './measure.ts';

/** What was measured for docs/capacity.md alone. */
export interface CapacityReport {
  /** When, in ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly ways: readonly WayCosts[];
}
