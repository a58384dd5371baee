import type { Bench } from './bench.ts';
import { interleave } from './rounds.ts';

/** How contenders are measured. */
export interface Measuring<Setup, Sample> {
  /** Starts all of them, ready to be measured, in the same order every time. */
  start(): Promise<readonly Setup[]>;
  measure(setup: Setup): Promise<Sample>;
}

/**
 * Measures contenders in rounds, and all that again with new processes as often as the scale says: how V8 compiles the
 * same code differs from process to process, by several per cent.
 *
 * @param bench stops all contenders after each generation
 * @returns each of the last generation, with the samples of all generations
 */
export async function measureGenerations<Setup, Sample>(
  bench: Pick<Bench, 'options' | 'stopAll'>,
  { measure, start }: Measuring<Setup, Sample>,
): Promise<(readonly [setup: Setup, samples: Sample[]])[]> {
  const { generations, rounds } = bench.options.scale;
  let measured: (readonly [Setup, Sample[]])[] = [];
  for (let generation = 0; generation < generations; generation += 1) {
    const earlier = measured;
    const samples = await interleave(await start(), rounds, measure);
    measured = [...samples].map(([setup, own], index) => [setup, [...(earlier[index]?.[1] ?? []), ...own]]);
    await bench.stopAll();
  }
  return measured;
}
