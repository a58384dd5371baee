import {
  encodeAbortRequest,
  encodeBeginRequest,
  encodeEndRequest,
  encodeGetValuesResult,
  encodeNameValuePairs,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  type FcgiRecord,
  locateNameValuePairs,
  NameValueDecoder,
  type NameValueLimits,
  RecordDecoder,
  RecordType,
  RemoteProtocolError,
} from '@fcgi-js/protocol';
import fc from 'fast-check';
import { join, pair, record, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { written } from './support.ts';

// fast-check prints the seed and the path of a failure; both go into fc.assert to run it again.

const id = fc.integer({ min: 1, max: 65_535 });
const byte = fc.integer({ min: 0, max: 255 });
const someBytes = fc.uint8Array({ maxLength: 300 });
const streamType = fc.constantFrom(4, 5, 6, 7, 8);

/** A record that follows the rules: what its header says, its content, and the value that it stands for. */
const goodRecord: fc.Arbitrary<{ bytes: Uint8Array; value: unknown }> = fc
  .record({ padding: byte, reserved: byte })
  .chain((options) => {
    const build = (type: number, requestId: number, content: Uint8Array | number[], value: object) => ({
      bytes: record(type, requestId, content, options),
      value,
    });
    return fc.oneof(
      fc
        .tuple(streamType, id, someBytes)
        .map(([type, requestId, content]) => build(type, requestId, content, { type, requestId, content })),
      fc.tuple(id, byte, byte, byte).map(([requestId, high, low, flags]) =>
        build(1, requestId, [high, low, flags, 1, 2, 3, 4, 5], {
          type: 1,
          requestId,
          role: high * 256 + low,
          flags,
          keepConn: flags % 2 === 1,
        }),
      ),
      fc
        .tuple(id, someBytes)
        .map(([requestId, content]) => build(2, requestId, content, { type: 2, requestId })),
      fc.tuple(id, byte, byte).map(([requestId, status, protocolStatus]) =>
        build(3, requestId, [status, 0, 0, status, protocolStatus, 9, 9, 9], {
          type: 3,
          requestId,
          appStatus: status * (2 ** 24 + 1),
          protocolStatus,
        }),
      ),
      fc
        .tuple(fc.constantFrom(9, 10), someBytes)
        .map(([type, content]) => build(type, 0, content, { type, requestId: 0, content })),
      byte.map((type) =>
        build(11, 0, [type, 7, 7, 7, 7, 7, 7, 7], { type: 11, requestId: 0, unknownType: type }),
      ),
      fc
        .tuple(fc.constantFrom(0, 12, 13, 99, 255), fc.integer({ min: 0, max: 65_535 }), someBytes)
        .map(([type, requestId, content]) =>
          build(type, requestId, content, { type: 'undefined', requestId, undefinedType: type, content }),
        ),
    );
  });

/** How to cut bytes and when to take values: pieces of these sizes, and after each so many calls of `next`. */
const steps = fc.array(
  fc.record({ size: fc.integer({ min: 0, max: 40 }), calls: fc.integer({ min: 0, max: 4 }) }),
  { maxLength: 60 },
);
type Steps = readonly { readonly size: number; readonly calls: number }[];

interface Outcome<Value> {
  readonly error: unknown;
  readonly values: readonly Value[];
}

/** Decodes with the cuts and calls given, then what is left, up to the end or the first error. */
function follow<Value>(
  decoder: { end(): void; next(): Value | undefined; push(bytes: Uint8Array): void },
  bytes: Uint8Array,
  how: Steps,
): Outcome<Value> {
  const values: Value[] = [];
  let offset = 0;
  const take = (most: number) => {
    for (let calls = 0; calls < most; calls += 1) {
      const value = decoder.next();
      if (value === undefined) return;
      values.push(value);
    }
  };
  try {
    for (const { size, calls } of how) {
      decoder.push(bytes.slice(offset, offset + size));
      offset += size;
      take(calls);
    }
    decoder.push(bytes.slice(offset));
    take(Number.POSITIVE_INFINITY);
    decoder.end();
    return { values, error: undefined };
  } catch (error) {
    return { values, error };
  }
}

const noSteps: Steps = [];

/** An outcome as text. Errors of other classes are no outcome: they are thrown again. */
function writtenOutcome({ values, error }: Outcome<unknown>): string {
  if (error !== undefined && !(error instanceof RemoteProtocolError)) throw error;
  return written([values, error && { ...error, message: error.message }]);
}

describe('records', () => {
  test('that follow the rules are decoded to what they stand for, however they are cut and taken', () => {
    fc.assert(
      fc.property(fc.array(goodRecord, { maxLength: 12 }), steps, (records, how) => {
        const { values, error } = follow(
          new RecordDecoder(),
          join(...records.map(({ bytes }) => bytes)),
          how,
        );
        expect(error).toBeUndefined();
        expect(written(values)).toBe(written(records.map(({ value }) => value)));
      }),
      { numRuns: 300 },
    );
  });

  test('made of any bytes give valid records or a RemoteProtocolError, the same for every cut', () => {
    const header = fc
      .tuple(
        fc.constantFrom(1, 1, 1, 1, 1, 0, 2),
        fc.integer({ min: 0, max: 13 }),
        fc.constantFrom(0, 0, 1),
        byte,
      )
      .chain(([version, type, high, low]) =>
        fc
          .tuple(fc.constantFrom(0, 1, 8, 8, 30), fc.constantFrom(0, 3, 255))
          .map(([length, padding]) => Uint8Array.of(version, type, high, low, 0, length, padding, 0)),
      );
    const anything = fc
      .array(fc.oneof(header, fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(8))), {
        maxLength: 20,
      })
      .map((parts) => join(...parts));
    fc.assert(
      fc.property(anything, steps, (bytes, how) => {
        const whole = follow(new RecordDecoder(), bytes, noSteps);
        expect(writtenOutcome(follow(new RecordDecoder(), bytes, how))).toBe(writtenOutcome(whole));
        for (const value of whole.values) expectValid(value);
      }),
      { numRuns: 1_000 },
    );
  });

  test('one byte of which is changed give valid records or a RemoteProtocolError', () => {
    const stream = fc.array(goodRecord, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(stream, fc.nat(), byte, steps, (records, position, value, how) => {
        const bytes = join(...records.map((one) => one.bytes));
        bytes[position % bytes.length] = value;
        const whole = follow(new RecordDecoder(), bytes, noSteps);
        expect(writtenOutcome(follow(new RecordDecoder(), bytes, how))).toBe(writtenOutcome(whole));
        for (const one of whole.values) expectValid(one);
      }),
      { numRuns: 500 },
    );
  });
});

/** The rules that every decoded record follows, whatever the bytes were. */
function expectValid(value: FcgiRecord): void {
  const { type, requestId } = value;
  expect(Number.isInteger(requestId) && requestId >= 0 && requestId <= 65_535).toBe(true);
  if (type === 'undefined') {
    expect(value.undefinedType === 0 || value.undefinedType >= 12).toBe(true);
    return;
  }
  expect(type >= 1 && type <= 11).toBe(true);
  expect(requestId === 0).toBe(type >= RecordType.GetValues);
}

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

describe('name-value pairs', () => {
  const form = fc.constantFrom<1 | 4>(1, 4);

  test('in every form of lengths are decoded to what they are', () => {
    const drawnPair = fc.record({
      name: fc.uint8Array({ maxLength: 127 }),
      value: fc.uint8Array({ maxLength: 127 }),
      forms: fc.record({ name: form, value: form }),
    });
    fc.assert(
      fc.property(fc.array(drawnPair, { maxLength: 20 }), steps, (list, how) => {
        const bytes = join(...list.map(({ name, value, forms }) => pair(name, value, forms)));
        const { values, error } = follow(new NameValueDecoder(), bytes, how);
        expect(error).toBeUndefined();
        expect(values).toEqual(list.map(({ name, value }) => ({ name, value })));
        const positions = locateNameValuePairs(bytes);
        expect(positions).toHaveLength(3 * list.length);
      }),
      { numRuns: 300 },
    );
  });

  test('made of any bytes give pairs or a RemoteProtocolError, the same for both ways and every cut', () => {
    const small = fc.constantFrom(0, 1, 2, 3, 5, 8, 0x7f, 0x80, 0xff);
    const anything = fc
      .array(fc.oneof(small, small, byte), { maxLength: 120 })
      .map((list) => Uint8Array.from(list));
    const limits: fc.Arbitrary<NameValueLimits> = fc.record(
      { bytes: fc.nat(200), pairBytes: fc.nat(60), pairs: fc.nat(20) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anything, limits, steps, (bytes, limit, how) => {
        const whole = writtenOutcome(follow(new NameValueDecoder(limit), bytes, noSteps));
        expect(writtenOutcome(follow(new NameValueDecoder(limit), bytes, how))).toBe(whole);
        expectSameAsLocated(bytes, limit);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Both ways to decode agree: on the pairs where there is no error, otherwise on the error. */
function expectSameAsLocated(bytes: Uint8Array, limits: NameValueLimits): void {
  const { values, error } = follow(new NameValueDecoder(limits), bytes, noSteps);
  let positions: number[] = [];
  let locateError: unknown;
  try {
    positions = locateNameValuePairs(bytes, limits);
  } catch (thrown) {
    locateError = thrown;
  }
  expect(writtenOutcome({ values: [], error: locateError })).toBe(writtenOutcome({ values: [], error }));
  if (error !== undefined) return;
  const located = Array.from({ length: positions.length / 3 }, (_, index) => {
    const [start, middle, end] = positions.slice(index * 3);
    return { name: bytes.subarray(start, middle), value: bytes.subarray(middle, end) };
  });
  expect(located).toEqual(values);
}
