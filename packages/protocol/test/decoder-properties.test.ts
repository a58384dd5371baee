import { type FcgiRecord, RecordDecoder, RecordType } from '@fcgi-js/protocol';
import fc from 'fast-check';
import { join, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import {
  byte,
  follow,
  id,
  noSteps,
  someBytes,
  steps,
  streamType,
  writtenOutcome,
} from './property-support.ts';
import { written } from './support.ts';

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
