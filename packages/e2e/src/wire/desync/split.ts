import { record } from 'test-support';
import type { Random } from '../random.ts';

/** How much padding a record has. */
export function padding(random: Random): { padding: number } {
  return { padding: random.pick([0, 0, 0, 1, 7, 8, 255, random.below(256)]) };
}

/** A stream in one record, in several, or a byte in each; with padding, and without its end. */
export function* split(type: number, id: number, bytes: Uint8Array, random: Random): Generator<Uint8Array> {
  const size = random.pick([65_535, 65_535, 65_535, 1_000, 64, 9, 8, 7, 1]);
  const varies = random.chance(0.5);
  const atLeast = bytes.length > 2_000 ? 4_000 : 1;
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(from + Math.max(atLeast, varies ? random.between(1, size) : size), from + 65_535);
    yield record(type, id, bytes.subarray(from, to), padding(random));
    from = to;
  }
}

/** Bytes in pieces of any size. */
export function pieces(bytes: Uint8Array, random: Random): Uint8Array[] {
  const list: Uint8Array[] = [];
  const atLeast = Math.ceil(bytes.length / 20);
  for (let from = 0; from < bytes.length; ) {
    const to = random.chance(0.3) ? bytes.length : from + Math.max(atLeast, random.between(1, 100));
    list.push(bytes.subarray(from, to));
    from = to;
  }
  return list;
}
