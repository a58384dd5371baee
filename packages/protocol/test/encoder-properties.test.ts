import {
  encodeAbortRequest,
  encodeBeginRequest,
  encodeEndRequest,
  encodeGetValues,
  encodeGetValuesResult,
  encodeNameValuePairs,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  type FcgiRecord,
  LocalProtocolError,
  NameValueDecoder,
  RecordDecoder,
  RecordType,
} from '@fcgi-js/protocol';
import fc from 'fast-check';
import { join, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { follow, id, noSteps, steps, streamType } from './property-support.ts';
import { untyped } from './support.ts';

/** Decodes to an array, which must have no more after it. */
function decodeAll(bytes: Uint8Array): readonly FcgiRecord[] {
  const { values, error } = follow(new RecordDecoder(), bytes, noSteps);
  expect(error).toBeUndefined();
  return values;
}

describe('decoding undoes encoding', () => {
  test('of records without a stream', () => {
    const number = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(id, number(65_535), fc.boolean(), number(2 ** 32 - 1), number(255), (...drawn) => {
        const [requestId, role, keepConn, appStatus, status] = drawn;
        const bytes = join(
          encodeBeginRequest({ requestId, role, keepConn }),
          encodeAbortRequest(requestId),
          encodeEndRequest({ requestId, appStatus, protocolStatus: status }),
          encodeUnknownType(status),
        );
        expect(decodeAll(bytes)).toEqual([
          { type: 1, requestId, role, flags: keepConn ? 1 : 0, keepConn },
          { type: 2, requestId },
          { type: 3, requestId, appStatus, protocolStatus: status },
          { type: 11, requestId: 0, unknownType: status },
        ]);
      }),
    );
  });

  test('of streams, whatever their length', () => {
    const length = fc.oneof(fc.nat(200), fc.integer({ min: 65_500, max: 65_560 }), fc.nat(200_000));
    fc.assert(
      fc.property(streamType, id, length, (type, requestId, size) => {
        const stream = streamOf(type);
        const content = Uint8Array.from({ length: size }, (_, index) => index * 31 + (index >> 8));
        const bytes = join(encodeStream(stream, requestId, content), encodeStreamEnd(stream, requestId));
        const records = decodeAll(bytes);
        const contents = records.map((one) => ('content' in one ? one.content : new Uint8Array(0)));
        expect(contents.slice(0, -1).every(({ length: bytesHere }) => bytesHere > 0)).toBe(true);
        expect(contents.at(-1)).toHaveLength(0);
        expect(records.every((one) => one.type === type && one.requestId === requestId)).toBe(true);
        const whole = join(...contents);
        expect(whole.length).toBe(size);
        expect(whole.every((value, index) => value === content[index])).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  const part = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.integer({ min: 120, max: 140 }).map((size) => new Uint8Array(size).fill(size)),
  );
  const somePairs = fc.array(fc.tuple(part, part), { maxLength: 30 });

  test('of name-value pairs, given as bytes or as text', () => {
    fc.assert(
      fc.property(somePairs, steps, (list, how) => {
        const bytes = encodeNameValuePairs(list);
        expect(encodeNameValuePairs(list.map(([name, value]) => [toLatin1(name), toLatin1(value)]))).toEqual(
          bytes,
        );
        const { values, error } = follow(new NameValueDecoder(), bytes, how);
        expect(error).toBeUndefined();
        expect(values).toEqual(list.map(([name, value]) => ({ name, value })));
      }),
    );
  });

  test('of PARAMS and GET_VALUES_RESULT', () => {
    fc.assert(
      fc.property(id, somePairs, (requestId, list) => {
        const content = encodeNameValuePairs(list);
        const [result, ...params] = decodeAll(
          join(encodeGetValuesResult(list), encodeParams(requestId, list)),
        );
        expect(result).toEqual({ type: 10, requestId: 0, content });
        expect(params).toEqual(content.length > 0 ? [{ type: 4, requestId, content }] : []);
      }),
    );
  });
});

/** The type of a stream, for numbers that are known to be one. */
function streamOf(type: number) {
  const found = ([4, 5, 6, 7, 8] as const).find((stream) => stream === type);
  if (found === undefined) throw new Error(`${type} is no stream.`);
  return found;
}

test('whatever is passed to an encoder or a decoder gives a value or a LocalProtocolError', () => {
  const anything = fc.oneof(
    fc.anything({
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withBigInt: true,
    }),
    fc.array(fc.tuple(fc.anything(), fc.anything())),
    fc.record({ requestId: id, role: fc.anything(), keepConn: fc.anything(), appStatus: fc.anything() }),
  );
  const calls: ((one: unknown, two: unknown) => unknown)[] = [
    (one) => encodeAbortRequest(untyped(one)),
    (one) => encodeBeginRequest(untyped(one)),
    (one) => encodeEndRequest(untyped(one)),
    (one) => encodeGetValues(untyped(one)),
    (one) => encodeGetValuesResult(untyped(one)),
    (one) => encodeNameValuePairs(untyped(one)),
    (one, two) => encodeParams(untyped(two), untyped(one)),
    (one) => encodeParams(1, untyped(one)),
    (one, two) => encodeStream(untyped(two), 1, untyped(one)),
    (one) => encodeStream(RecordType.Stdin, 1, untyped(one)),
    (one, two) => encodeStreamEnd(untyped(one), untyped(two)),
    (one) => encodeUnknownType(untyped(one)),
    (one) => new NameValueDecoder(untyped(one)),
    (one) => new NameValueDecoder().push(untyped(one)),
    (one) => new RecordDecoder().push(untyped(one)),
  ];
  fc.assert(
    fc.property(anything, anything, (one, two) => {
      for (const call of calls) {
        try {
          call(one, two);
        } catch (error) {
          if (!(error instanceof LocalProtocolError)) throw error;
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
