import { locateNameValuePairs, NameValueDecoder, type NameValueLimits } from '@fcgi-js/protocol';
import fc from 'fast-check';
import { join, pair } from 'test-support';
import { describe, expect, test } from 'vitest';
import { byte, follow, noSteps, steps, writtenOutcome } from './property-support.ts';

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
