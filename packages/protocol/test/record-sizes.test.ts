import {
  encodeGetValues,
  encodeGetValuesResult,
  encodeParams,
  encodeStream,
  type NameValueInput,
  RecordType,
} from '@fcgi-js/protocol';
import { pattern } from 'test-support';
import { expect, test } from 'vitest';

/** The promise of docs/limits.md: HAProxy before its fix of CVE-2026-55203 loses its place at 65,535 bytes and padding. */
const CONTENT_LIMIT = 65_520;
const WITH_PADDING_LIMIT = 65_535;

const streams = [
  RecordType.Params,
  RecordType.Stdin,
  RecordType.Stdout,
  RecordType.Stderr,
  RecordType.Data,
] as const;

/** Around everything that could be a limit: of the encoder, of 16 bits, and their multiples. */
const LENGTHS = [1, 8, 65_520, 65_528, 65_535, 65_536, 131_040, 131_070, 131_072, 655_200, 1_048_576]
  .flatMap((length) => [length - 1, length, length + 1])
  .filter((length) => length > 0);

/** Contents and paddings of records, read from their headers alone. */
function sizesOf(bytes: Uint8Array): Array<[content: number, padding: number]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes: Array<[number, number]> = [];
  for (let offset = 0; offset < view.byteLength; ) {
    const size: [number, number] = [view.getUint16(offset + 4), view.getUint8(offset + 6)];
    sizes.push(size);
    offset += 8 + size[0] + size[1];
  }
  return sizes;
}

function expectSmallRecords(bytes: Uint8Array, contentLength: number): void {
  const sizes = sizesOf(bytes);
  expect(sizes.reduce((sum, [content]) => sum + content, 0)).toBe(contentLength);
  for (const [content, padding] of sizes) {
    expect(content).toBeLessThanOrEqual(CONTENT_LIMIT);
    expect(content + padding).toBeLessThanOrEqual(WITH_PADDING_LIMIT);
  }
}

test.each(streams)(
  'no record of a stream of type %i has more than 65,520 bytes, however long that is',
  (type) => {
    for (const length of LENGTHS) expectSmallRecords(encodeStream(type, 1, new Uint8Array(length)), length);
  },
);

test('no record of PARAMS has more than 65,520 bytes, however long the pairs are and wherever they begin', () => {
  for (const length of LENGTHS) {
    const value = pattern(length);
    const lengthBytes = length > 127 ? 5 : 2;
    for (const before of [0, 1, 60_000, 65_519]) {
      const pairs: NameValueInput[] = [
        ['', pattern(before)],
        ['N', value],
      ];
      const firstLength = before + (before > 127 ? 5 : 2);
      expectSmallRecords(encodeParams(1, pairs), firstLength + lengthBytes + 1 + length);
    }
  }
});

test('GET_VALUES and its result are one record of at most 65,520 bytes, or an error', () => {
  for (const length of LENGTHS) {
    const name = 'x'.repeat(length);
    for (const encode of [() => encodeGetValues([name]), () => encodeGetValuesResult([['', name]])]) {
      const total = length + (length > 127 ? 5 : 2);
      if (total <= CONTENT_LIMIT) expectSmallRecords(encode(), total);
      else expect(encode).toThrow('65520');
    }
  }
});
