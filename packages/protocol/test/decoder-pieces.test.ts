import { type FcgiRecord, RecordDecoder, RecordType, type StreamRecord } from '@fcgi-js/protocol';
import fc from 'fast-check';
import { chunkings, cutAt, hex, join, latin1, pattern, record, specificationVectors } from 'test-support';
import { describe, expect, test } from 'vitest';
import { follow, id, someBytes, steps, streamType } from './property-support.ts';
import { allocations, decode, errorOf, show, untyped } from './support.ts';

const newDecoder = () => new RecordDecoder({ inPieces: true });

/** Records in one line each; what follows each other in one stream is one, the end of a stream stays by itself. */
function joined(records: readonly FcgiRecord[]): string[] {
  const result: FcgiRecord[] = [];
  for (const next of records) {
    const last = result.at(-1);
    if (isPiece(last) && isPiece(next) && last.type === next.type && last.requestId === next.requestId) {
      result[result.length - 1] = { ...next, content: join(last.content, next.content) };
    } else {
      result.push(next);
    }
  }
  return result.map(show);
}

function isPiece(value: FcgiRecord | undefined): value is StreamRecord {
  const streams: readonly unknown[] = [4, 5, 6, 7, 8];
  return value !== undefined && streams.includes(value.type) && (value as StreamRecord).content.length > 0;
}

describe('streams in pieces', () => {
  test.each(specificationVectors)('have the same bytes, however they are cut: $name', ({ bytes }) => {
    const wanted = joined(decode(new RecordDecoder(), [bytes]));
    const different = [...chunkings(bytes)].filter(
      ({ chunks }) => joined(decode(newDecoder(), chunks)).join('\n') !== wanted.join('\n'),
    );
    expect(different.map(({ name }) => name)).toEqual([]);
  });

  test('have the same bytes and ends, however they are cut and taken', () => {
    const anyRecord = fc
      .tuple(streamType, id, someBytes, fc.integer({ min: 0, max: 255 }))
      .map(([type, requestId, content, padding]) => record(type, requestId, content, { padding }));
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 12 }), steps, (records, how) => {
        const bytes = join(...records);
        const { values, error } = follow(newDecoder(), bytes, how);
        expect(error).toBeUndefined();
        expect(joined(values)).toEqual(joined(decode(new RecordDecoder(), [bytes])));
      }),
      { numRuns: 300 },
    );
  });

  test('are handed out as soon as they come, without a copy', () => {
    const content = pattern(65_535);
    const chunks = cutAt(record(5, 1, content, { padding: 1 }), [3, 8, 20_000, 20_001, 65_543]);
    const decoder = newDecoder();
    const lengths: number[][] = [];
    const made = allocations(() => {
      for (const chunk of chunks) {
        const records = decode(decoder, [chunk]);
        expect(records.every((piece) => isPiece(piece) && piece.content.buffer === chunk.buffer)).toBe(true);
        lengths.push(records.map((piece) => (isPiece(piece) ? piece.content.length : -1)));
      }
    });
    expect(lengths).toEqual([[], [], [19_992], [1], [45_542], []]);
    // The header, which is cut.
    expect(made.total).toBe(8);
    expect(decoder.midRecord).toBe(false);
  });

  test('are one piece where they lie in one chunk', () => {
    const bytes = record(6, 1, latin1('whole'));
    expect(decode(newDecoder(), [bytes])).toEqual(decode(new RecordDecoder(), [bytes]));
  });

  test('leave the decoder in the middle of a record until its padding has come', () => {
    const decoder = newDecoder();
    const [start, rest, padding] = cutAt(record(8, 1, latin1('abcd'), { padding: 2 }), [10, 12]);
    expect(joined(decode(decoder, [start!]))).toEqual(['DATA 1 "ab"']);
    expect(decoder.midRecord).toBe(true);
    expect(joined(decode(decoder, [rest!]))).toEqual(['DATA 1 "cd"']);
    expect(decoder.midRecord).toBe(true);
    expect(decode(decoder, [padding!])).toEqual([]);
    expect(decoder.midRecord).toBe(false);
    decoder.end();
  });

  test('that are cut off are an error at the end', () => {
    const decoder = newDecoder();
    expect(joined(decode(decoder, [hex('01 05 0001 0003 00 00 61')]))).toEqual(['STDIN 1 "a"']);
    expect(errorOf(() => decoder.end())).toMatchObject({ code: 'FCGI_RECORD_TRUNCATED' });
  });
});

test('records that are no stream stay whole, because their content has a meaning as a whole', () => {
  const bytes = join(
    record(RecordType.GetValues, 0, latin1('abcdef')),
    record(RecordType.EndRequest, 1, hex('00000000 00 000000')),
    record(99, 3, latin1('xyz')),
  );
  const singles = Array.from(bytes, (byte) => Uint8Array.of(byte));
  expect(decode(newDecoder(), singles)).toEqual(decode(new RecordDecoder(), [bytes]));
});

test.each([
  ['inPieces', { inPieces: 1 }],
  ['options', null],
])('%s of the wrong kind is refused', (name, options) => {
  expect(errorOf(() => new RecordDecoder(untyped(options)))).toMatchObject({
    code: 'FCGI_ARGUMENT_INVALID',
    message: expect.stringContaining(name),
  });
});
