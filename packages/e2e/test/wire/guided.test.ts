import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { GuidedFuzzer } from '../../fuzz/guided.ts';
import { instrument } from '../../fuzz/instrument.ts';
import { corpora, inputsOf, sourceOf, targets } from '../../fuzz/targets.ts';
import { tell } from '../../src/wire/memory.ts';
import { Random, seedFrom } from '../../src/wire/random.ts';

/** For each target. For hours: `FUZZ_SECONDS=36000 … -t decoder`. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 3);
const reports = new URL('../../reports/fuzz/', import.meta.url);

/** Writes an input where the next run, or a person, finds it. */
function keep(target: string, prefix: string, input: Uint8Array): string {
  const folder = new URL(`${target}/`, reports);
  mkdirSync(folder, { recursive: true });
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const file = fileURLToPath(new URL(`${prefix}${digest}.bin`, folder));
  writeFileSync(file, input);
  return file;
}

test('every folder of the corpus belongs to a target', () => {
  expect(corpora()).toEqual(targets);
});

test.each(targets)(
  'the target %s finds nothing in its corpus, nor in what coverage leads to from there',
  async (name) => {
    const seed = seedFrom('FUZZ_SEED');
    process.stdout.write(`FUZZ_SEED=${seed} (${name})\n`);
    const fuzzer = new GuidedFuzzer(await instrument(sourceOf(name)), new Random(seed));
    const corpus = inputsOf(name);
    expect(corpus.length).toBeGreaterThan(3);
    const known = corpus.map((input) => fuzzer.try(input)).find((finding) => finding !== undefined);
    const finding = known ?? (await fuzzer.run(SECONDS * 1_000));
    const news = fuzzer.inputs.filter((input) => !corpus.includes(input));
    for (const input of news) keep(name, '', input);
    tell(
      `guided ${name}`,
      `${fuzzer.executions} executions, ${fuzzer.features} features, ${news.length} new inputs`,
    );
    if (finding === undefined) return;
    const file = keep(name, 'crash-', finding.input);
    throw new Error(`FUZZ_SEED=${seed}, ${file}`, { cause: finding.error });
  },
  (SECONDS + 60) * 1_000,
);
