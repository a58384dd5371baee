import { RecordDecoder, RecordType } from '@fcgi-js/protocol';
import { hex, join, pattern, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { allocations, decode } from './support.ts';

/** The content of the only record in `chunks`. */
function contentOf(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = decode(new RecordDecoder(), chunks);
  if (only?.type !== RecordType.Stdin) throw new Error('No STDIN record.');
  return only.content;
}

describe('bytes handed out', () => {
  const bytes = record(RecordType.Stdin, 1, pattern(600), { padding: 8 });

  test('are a view of the chunk that they lie in', () => {
    for (const chunks of [
      [bytes],
      [bytes.subarray(0, 8), bytes.subarray(8)],
      [bytes.subarray(0, 8), bytes.subarray(8, 608)],
    ]) {
      const content = contentOf(chunks);
      expect(content.buffer).toBe(bytes.buffer);
      expect(content.byteOffset).toBe(8);
    }
  });

  test('have an array of exactly their size where they straddle chunks', () => {
    for (const at of [9, 10, 300, 520, 521, 607]) {
      const content = contentOf([bytes.slice(0, at), bytes.slice(at)]);
      expect(content).toEqual(pattern(600));
      expect(content.byteOffset).toBe(0);
      expect(content.buffer.byteLength).toBe(600);
    }
  });

  test('never change, whatever comes after them', () => {
    const decoder = new RecordDecoder();
    const contents = Array.from({ length: 50 }, (_, index) => pattern(index * 7, index));
    const stream = join(...contents.map((content) => record(RecordType.Stdin, 1, content)));
    const taken: Uint8Array[] = [];
    for (let from = 0; from < stream.length; from += 97) {
      for (const next of decode(decoder, [stream.slice(from, from + 97)])) {
        if (next.type === RecordType.Stdin) taken.push(next.content);
      }
    }
    expect(taken).toEqual(contents);
    const straddling = taken.filter((content) => content.length > 97).map((content) => content.buffer);
    expect(new Set(straddling).size).toBe(straddling.length);
  });

  test('leave the chunks as they were', () => {
    const chunk = bytes.slice();
    contentOf([chunk.subarray(0, 100), chunk.subarray(100)]);
    expect(chunk).toEqual(bytes);
  });
});

describe('memory taken while a record is coming', () => {
  const announced = hex('01 05 0001 ffff ff 00');

  test('is none for a header that announces 65,535 bytes', () => {
    const decoder = new RecordDecoder();
    const { total } = allocations(() => decode(decoder, [announced]));
    expect(total).toBe(0);
  });

  test('is at most 512 bytes for the first byte of 65,535', () => {
    const decoder = new RecordDecoder();
    const first = Uint8Array.of(1);
    const { total } = allocations(() => decode(decoder, [announced, first]));
    expect(total).toBe(512);
  });

  test('is never at once more than twice what has come', () => {
    const decoder = new RecordDecoder();
    decode(decoder, [announced]);
    const excesses: number[] = [];
    for (let came = 1; came < 65_535; came += 1) {
      const chunk = Uint8Array.of(came);
      const { largest } = allocations(() => decode(decoder, [chunk]));
      if (largest > Math.max(512, 2 * came)) excesses.push(came);
    }
    expect(excesses).toEqual([]);
    expect(decode(decoder, [Uint8Array.of(0)])).toHaveLength(1);
  });

  test('is the size of the content where its first half has come at once', () => {
    const decoder = new RecordDecoder();
    const chunks = [announced, pattern(32_768), pattern(32_767)];
    expect(allocations(() => expect(decode(decoder, chunks)).toHaveLength(1))).toEqual({
      largest: 65_535,
      total: 65_535,
    });
  });

  test('is none for records that lie in one chunk', () => {
    const decoder = new RecordDecoder();
    const chunk = join(
      ...Array.from({ length: 100 }, () => record(RecordType.Stdin, 1, pattern(500), { padding: 4 })),
    );
    const { total } = allocations(() => expect(decode(decoder, [chunk])).toHaveLength(100));
    expect(total).toBe(0);
  });

  test('does not grow with endless empty records, zero headers and padding', () => {
    const decoder = new RecordDecoder();
    const chunk = join(new Uint8Array(8), record(RecordType.Stdin, 1, '', { padding: 255 }));
    const chunks = Array.from({ length: 1_000 }, () => chunk);
    const { total } = allocations(() => expect(decode(decoder, chunks)).toHaveLength(1_000));
    expect(total).toBe(0);
  });
});

test('a hundred thousand chunks that wait are read without moving the others each time', () => {
  const decoder = new RecordDecoder();
  const byte = record(RecordType.Stdin, 1, 'x').subarray(0, 9);
  for (let i = 0; i < 100_000; i += 1) decoder.push(byte);
  let count = 0;
  while (decoder.next() !== undefined) count += 1;
  expect(count).toBe(100_000);
});
