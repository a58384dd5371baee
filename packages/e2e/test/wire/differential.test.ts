import { NameValueDecoder, RecordDecoder } from '@fcgi-js/protocol';
import { expect, test } from 'vitest';
import { describePair, describeRecord, outcomeOf } from '../../fuzz/outcome.ts';
import { naivePairs, naiveRecords } from '../../src/wire/naive-decoder.ts';
import { Random, seedFrom } from '../../src/wire/random.ts';
import { randomPairs, randomRecords } from '../../src/wire/random-streams.ts';

/** For millions: `DIFFERENTIAL_STREAMS=10000000`. */
const STREAMS = Number(process.env['DIFFERENTIAL_STREAMS'] ?? 20_000);
const TIME_LIMIT = Math.max(60_000, STREAMS * 4);

/** Bytes, cut anywhere. */
function* cut(bytes: Uint8Array, random: Random): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; ) {
    const size = random.chance(0.3) ? random.between(1, 3) : random.between(1, bytes.length);
    yield bytes.slice(offset, offset + size);
    offset += size;
  }
}

test(
  `${STREAMS.toLocaleString('en')} random streams of records mean the same to a second decoder`,
  () => {
    const seed = seedFrom('DIFFERENTIAL_SEED');
    process.stdout.write(`DIFFERENTIAL_SEED=${seed}\n`);
    const random = new Random(seed);
    const seen = new Set<string | undefined>();
    for (let count = 0; count < STREAMS; count += 1) {
      const bytes = randomRecords(random);
      const expected = naiveRecords(bytes);
      const found = outcomeOf(new RecordDecoder(), cut(bytes, random), describeRecord);
      if (JSON.stringify(found) !== JSON.stringify(expected))
        expect(found, `stream ${count}`).toEqual(expected);
      seen.add(expected.error);
    }
    // Streams that all fail, or all succeed, would prove little.
    expect(seen.size).toBeGreaterThanOrEqual(5);
  },
  TIME_LIMIT,
);

test(
  `${STREAMS.toLocaleString('en')} random streams of pairs mean the same to a second decoder`,
  () => {
    const seed = seedFrom('DIFFERENTIAL_SEED');
    process.stdout.write(`DIFFERENTIAL_SEED=${seed}\n`);
    const random = new Random(seed);
    const seen = new Set<string | undefined>();
    const limits = { bytes: Number.POSITIVE_INFINITY, pairs: Number.POSITIVE_INFINITY };
    for (let count = 0; count < STREAMS; count += 1) {
      const bytes = randomPairs(random);
      const expected = naivePairs(bytes);
      const found = outcomeOf(new NameValueDecoder(limits), cut(bytes, random), describePair);
      if (JSON.stringify(found) !== JSON.stringify(expected))
        expect(found, `stream ${count}`).toEqual(expected);
      seen.add(expected.error);
    }
    expect(seen).toEqual(new Set([undefined, 'FCGI_PAIR_TRUNCATED']));
  },
  TIME_LIMIT,
);
