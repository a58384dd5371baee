import { expect, test } from 'vitest';
import { chunkings, cutAt } from '../src/index.ts';

const shown = (bytes: Uint8Array, trailing?: Uint8Array) =>
  Array.from(chunkings(bytes, trailing), ({ chunks }) =>
    chunks.map((chunk) => [...chunk].join('')).join('|'),
  );

test('bytes are given whole, byte by byte, with empty pieces, and cut in two everywhere', () => {
  expect(shown(Uint8Array.of(1, 2, 3))).toEqual(['123', '1|2|3', '|1|||2|||3|', '1|23', '12|3']);
});

test('bytes that trail stay behind the last piece, and there are the same cuts without them', () => {
  expect(shown(Uint8Array.of(1, 2), Uint8Array.of(9))).toEqual([
    '129',
    '1|29',
    '|1|||29|',
    '1|29',
    '12|9',
    '12',
    '1|2',
    '|1|||2|',
    '1|2',
  ]);
});

test('each piece has a buffer of its own', () => {
  for (const piece of cutAt(Uint8Array.of(1, 2, 3), [1])) {
    expect(piece.buffer.byteLength).toBe(piece.length);
  }
});
