import { join } from 'test-support';
import type { Random } from './random.ts';

const INTERESTING = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 0x7f, 0x80, 0xfe, 0xff];
const HEADER_LENGTH = 8;

type Mutation = (stream: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

/** Changes that know nothing of records, and changes that make other records of records. */
const mutations: readonly Mutation[] = [
  changeByte,
  changeByte,
  flipBit,
  removeRange,
  repeatRange,
  insertBytes,
  cutOff,
  changeHeader,
  changeHeader,
  changeHeader,
  removeRecord,
  repeatRecord,
  swapRecords,
  splice,
  append,
];

/**
 * A changed stream.
 *
 * @param seeds what to begin with
 */
export function mutated(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  let stream = random.pick(seeds);
  for (let count = random.between(1, 6); count > 0; count -= 1) {
    stream = random.pick(mutations)(stream, random, seeds);
  }
  return stream;
}

function changeByte(stream: Uint8Array, random: Random): Uint8Array {
  const changed = stream.slice();
  if (changed.length > 0) {
    changed[random.below(changed.length)] = random.chance(0.6) ? random.pick(INTERESTING) : random.below(256);
  }
  return changed;
}

function flipBit(stream: Uint8Array, random: Random): Uint8Array {
  const changed = stream.slice();
  const position = random.below(Math.max(1, changed.length));
  changed[position] = (changed[position] ?? 0) ^ (1 << random.below(8));
  return changed;
}

function removeRange(stream: Uint8Array, random: Random): Uint8Array {
  const [from, to] = range(stream, random);
  return join(stream.subarray(0, from), stream.subarray(to));
}

function repeatRange(stream: Uint8Array, random: Random): Uint8Array {
  const [from, to] = range(stream, random);
  return join(stream.subarray(0, to), stream.subarray(from, to), stream.subarray(to));
}

function insertBytes(stream: Uint8Array, random: Random): Uint8Array {
  const at = random.below(stream.length + 1);
  return join(stream.subarray(0, at), random.bytes(random.between(1, 16)), stream.subarray(at));
}

function cutOff(stream: Uint8Array, random: Random): Uint8Array {
  return stream.subarray(0, random.below(stream.length + 1));
}

/** Another version, type, ID, length or padding for one record. */
function changeHeader(stream: Uint8Array, random: Random): Uint8Array {
  const changed = stream.slice();
  const [start = 0] = random.pick(recordsOf(stream));
  const field = random.pick([1, 1, 2, 3, 3, 3, 4, 5, 5, 6, 7, 0]);
  if (start + field < changed.length) {
    changed[start + field] = random.chance(0.7) ? random.pick(INTERESTING) : random.below(256);
  }
  return changed;
}

function removeRecord(stream: Uint8Array, random: Random): Uint8Array {
  const [start, end] = random.pick(recordsOf(stream));
  return join(stream.subarray(0, start), stream.subarray(end));
}

function repeatRecord(stream: Uint8Array, random: Random): Uint8Array {
  const [start, end] = random.pick(recordsOf(stream));
  const copies = Array.from({ length: random.pick([1, 1, 2, 50]) }, () => stream.subarray(start, end));
  return join(stream.subarray(0, end), ...copies, stream.subarray(end));
}

function swapRecords(stream: Uint8Array, random: Random): Uint8Array {
  const records = recordsOf(stream);
  const parts = records.map(([start, end]) => stream.subarray(start, end));
  const [first, second] = [random.below(parts.length), random.below(parts.length)];
  [parts[first], parts[second]] = [parts[second]!, parts[first]!];
  // They may be too many to be arguments of a function.
  return Buffer.concat(parts);
}

/** The beginning of one stream and the end of another. */
function splice(stream: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const other = random.pick(others);
  return join(
    stream.subarray(0, random.below(stream.length + 1)),
    other.subarray(random.below(other.length + 1)),
  );
}

function append(stream: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  return join(stream, random.pick(others));
}

function range(stream: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.below(stream.length + 1);
  return [from, Math.min(stream.length, from + random.between(1, 40))];
}

/** Where records begin and end, as far as their headers can be believed; always at least one. */
function recordsOf(stream: Uint8Array): ReadonlyArray<readonly [start: number, end: number]> {
  const records: Array<readonly [number, number]> = [];
  for (let start = 0; start < stream.length || records.length === 0; ) {
    const content = (stream[start + 4] ?? 0) * 256 + (stream[start + 5] ?? 0);
    const end = Math.min(stream.length, start + HEADER_LENGTH + content + (stream[start + 6] ?? 0));
    records.push([start, end]);
    if (end <= start) break;
    start = end;
  }
  return records;
}
