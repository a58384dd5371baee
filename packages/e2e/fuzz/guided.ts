import { setImmediate as turn } from 'node:timers/promises';
import { mutated } from '../src/wire/mutate.ts';
import type { Random } from '../src/wire/random.ts';
import type { InstrumentedTarget } from './instrument.ts';

/** Longer inputs find nothing that shorter ones do not, and take longer. */
const LONGEST = 1_024;
/** Milliseconds after which others may do something. */
const SLICE = 50;
/** Counts are told apart up to 2 to the power of this, by powers of 2. */
const HIGHEST_BUCKET = 7;

/** An input that made a target throw. */
export interface Finding {
  readonly error: unknown;
  readonly input: Uint8Array;
}

/**
 * Searches inputs that make a target throw, guided by coverage: an input that makes the code do what no other did, or do
 * it twice as often, is kept, and changed in turn.
 */
export class GuidedFuzzer {
  readonly #target: InstrumentedTarget;
  readonly #random: Random;
  readonly #inputs: Uint8Array[] = [];
  /** For each counter a bit for each power of 2 that it has reached. */
  readonly #seen: Uint8Array;
  #executions = 0;
  #features = 0;

  constructor(target: InstrumentedTarget, random: Random) {
    this.#target = target;
    this.#random = random;
    this.#seen = new Uint8Array(target.counters.reduce((total, { length }) => total + length, 0));
  }

  /** How often the target has run. */
  get executions(): number {
    return this.#executions;
  }

  /** How many different things the code has done. */
  get features(): number {
    return this.#features;
  }

  /** The inputs that are kept, in the order in which they were found. */
  get inputs(): readonly Uint8Array[] {
    return this.#inputs;
  }

  /**
   * Runs one input.
   *
   * @returns what was found, if something was
   */
  try(input: Uint8Array): Finding | undefined {
    this.#executions += 1;
    try {
      this.#target.fuzz(Buffer.from(input));
    } catch (error) {
      return { error, input };
    }
    if (this.#hasNews()) this.#inputs.push(input);
    return undefined;
  }

  /** Changes inputs for some milliseconds, or until something is found. */
  async run(milliseconds: number): Promise<Finding | undefined> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      const slice = performance.now() + SLICE;
      while (performance.now() < slice) {
        const finding = this.try(mutated(this.#inputs, this.#random).subarray(0, LONGEST));
        if (finding !== undefined) return finding;
      }
      await turn();
    }
    return undefined;
  }

  /** Reads all counters and sets them back. */
  #hasNews(): boolean {
    let isNews = false;
    let position = 0;
    for (const counters of this.#target.counters) {
      for (let index = 0; index < counters.length; index += 1, position += 1) {
        const count = counters[index]!;
        if (count === 0) continue;
        counters[index] = 0;
        const bucket = 1 << Math.min(HIGHEST_BUCKET, 31 - Math.clz32(count));
        if ((this.#seen[position]! & bucket) !== 0) continue;
        this.#seen[position]! |= bucket;
        this.#features += 1;
        isNews = true;
      }
    }
    return isNews;
  }
}
