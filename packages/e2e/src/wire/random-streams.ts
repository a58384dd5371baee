import { join, pair, record } from 'test-support';
import type { Random } from './random.ts';

const LENGTHS = [0, 0, 1, 7, 8, 8, 8, 9, 127, 128, 255, 256, 300];

/** A stream of records: most of them follow the rules, some do not, and some bytes are anything. */
export function randomRecords(random: Random): Uint8Array {
  const parts = Array.from({ length: random.between(0, 8) }, () => randomRecord(random));
  return spoiled(join(...parts), random);
}

/** A stream of name-value pairs in every form of lengths; some are cut off or changed. */
export function randomPairs(random: Random): Uint8Array {
  const parts = Array.from({ length: random.between(0, 10) }, () => randomPair(random));
  return spoiled(join(...parts), random);
}

function randomRecord(random: Random): Uint8Array {
  if (random.chance(0.02)) return random.bytes(random.between(1, 20));
  if (random.chance(0.03)) return new Uint8Array(8);
  const type = random.chance(0.9) ? random.between(1, 12) : random.below(256);
  const isManagement = type >= 9;
  const id = random.chance(0.98) === isManagement ? 0 : random.pick([1, 2, 255, 256, 65_535]);
  const fixed = type === 1 || type === 3 || type === 11;
  const length = fixed && random.chance(0.97) ? 8 : random.pick(LENGTHS);
  return record(type, id, random.bytes(length), {
    padding: random.pick([0, 0, 1, 7, 8, 255]),
    reserved: random.pick([0, 0, 255]),
    version: random.chance(0.99) ? 1 : random.below(256),
  });
}

function randomPair(random: Random): Uint8Array {
  const part = () => random.bytes(random.pick([0, 1, 2, 5, 10, 127, 128, 200]));
  const [name, value] = [part(), part()];
  const form = (bytes: Uint8Array) => (bytes.length > 127 || random.chance(0.3) ? 4 : 1);
  return pair(name, value, { name: form(name), value: form(value) });
}

/** Sometimes cut off, sometimes with a byte changed, mostly as it was. */
function spoiled(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0 || random.chance(0.5)) return bytes;
  if (random.chance(0.5)) return bytes.subarray(0, random.below(bytes.length + 1));
  const changed = bytes.slice();
  for (let count = random.between(1, 3); count > 0; count -= 1) {
    changed[random.below(changed.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  }
  return changed;
}
