import {
  encodeNameValuePairs,
  encodeRecord,
  encodeStream,
  type FcgiRecord,
  LocalProtocolError,
  NameValueDecoder,
  RecordDecoder,
  RecordType,
} from '@fcgi-js/protocol';
import fc from 'fast-check';
import { hex, join, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { id, streamType } from './property-support.ts';
import { untyped } from './support.ts';

const number = (max: number) => fc.integer({ min: 0, max });
const content = fc.uint8Array({ maxLength: 300 });
const valuesType = fc.constantFrom(RecordType.GetValues, RecordType.GetValuesResult);

const anyRecord: fc.Arbitrary<FcgiRecord> = fc.oneof(
  fc.record({ type: fc.constant(RecordType.AbortRequest), requestId: id }),
  fc
    .record({
      type: fc.constant(RecordType.BeginRequest),
      requestId: id,
      role: number(65_535),
      flags: number(255),
    })
    .map((fields) => ({ ...fields, keepConn: (fields.flags & 1) === 1 })),
  fc.record({
    type: fc.constant(RecordType.EndRequest),
    requestId: id,
    appStatus: number(2 ** 32 - 1),
    protocolStatus: number(255),
  }),
  fc.record({ type: streamType, requestId: id, content }),
  fc.record({ type: valuesType, requestId: fc.constant(0 as const), content }),
  fc.record({
    type: fc.constant(RecordType.UnknownType),
    requestId: fc.constant(0 as const),
    unknownType: number(255),
  }),
  fc.record({
    type: fc.constant('undefined' as const),
    requestId: number(65_535),
    undefinedType: fc.oneof(fc.constant(0), fc.integer({ min: 12, max: 255 })),
    content,
  }),
);

function decoded(bytes: Uint8Array): FcgiRecord[] {
  const decoder = new RecordDecoder();
  decoder.push(bytes);
  const records = [...decoder];
  decoder.end();
  return records;
}

describe('encodeRecord', () => {
  test('undoes decoding, whatever the record is', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decoded(encodeRecord(record))).toEqual([record]);
      }),
    );
  });

  test('gives a record another request ID, but not one about the application as a whole', () => {
    fc.assert(
      fc.property(anyRecord, id, (record, requestId) => {
        const expected = record.requestId === 0 ? record : { ...record, requestId };
        expect(decoded(encodeRecord(record, requestId))).toEqual([expected]);
      }),
    );
  });

  test.each([0, 1])(
    'keeps a record of a type that the specification does not have, of request ID %i',
    (requestId) => {
      const content = new Uint8Array([1, 2, 3]);
      const record = { type: 'undefined', requestId, undefinedType: 99, content } as const;
      expect(decoded(encodeRecord(record))).toEqual([record]);
      expect(decoded(encodeRecord(record, 7))).toEqual([{ ...record, requestId: requestId === 0 ? 0 : 7 }]);
    },
  );

  test('splits the content of a stream that no record of the encoder can hold', () => {
    const whole = new Uint8Array(65_535).fill(7);
    const records = decoded(encodeRecord({ type: RecordType.Stdout, requestId: 1, content: whole }));
    expect(records.map((record) => ('content' in record ? record.content.length : 0))).toEqual([65_520, 15]);
  });

  test.each([
    ['nothing', undefined],
    ['flags above 255', { type: 1, requestId: 1, role: 1, flags: 256, keepConn: false }],
    ['a stream without content', { type: 5, requestId: 1 }],
    ['values without content', { type: 9, requestId: 0 }],
    ['a type above 255', { type: 'undefined', requestId: 1, undefinedType: 256, content: new Uint8Array() }],
    [
      'a request ID above 65,535',
      { type: 'undefined', requestId: 65_536, undefinedType: 99, content: new Uint8Array() },
    ],
    [
      'too much content',
      { type: 'undefined', requestId: 1, undefinedType: 99, content: new Uint8Array(65_536) },
    ],
  ])('refuses %s', (_name, record) => {
    expect(() => encodeRecord(untyped(record))).toThrow(LocalProtocolError);
  });
});

describe('decoders in loops', () => {
  test('give what is complete, and go on with the rest', () => {
    const decoder = new RecordDecoder();
    const [first, second] = [
      encodeStream(RecordType.Stdin, 1, hex('6162')),
      encodeStream(RecordType.Stdin, 1, hex('63')),
    ];
    decoder.push(join(first, second.subarray(0, 8)));
    expect([...decoder]).toHaveLength(1);
    decoder.push(join(second.subarray(8), first));
    for (const record of decoder) {
      expect(record).toMatchObject({ content: hex('63') });
      break;
    }
    expect([...decoder]).toMatchObject([{ content: hex('6162') }]);
  });

  test('give pairs', () => {
    const pairs = new NameValueDecoder();
    pairs.push(
      encodeNameValuePairs([
        ['A', 'b'],
        ['C', ''],
      ]),
    );
    expect([...pairs].map(({ name, value }) => [toLatin1(name), toLatin1(value)])).toEqual([
      ['A', 'b'],
      ['C', ''],
    ]);
    pairs.end();
  });
});
