import {
  LocalProtocolError,
  locateNameValuePairs,
  NameValueDecoder,
  type NameValueLimits,
  RemoteProtocolError,
} from '@fcgi-js/protocol';
import { chunkings, hex, join, lengthBytes, pair, pairs, pattern } from 'test-support';
import { describe, expect, test } from 'vitest';
import { decode, errorOf, takings, untyped } from './support.ts';

/** The number of pairs that both ways to decode find. */
function count(bytes: Uint8Array, limits?: NameValueLimits): number {
  const decoder = new NameValueDecoder(limits);
  const found = decode(decoder, [bytes]).length;
  decoder.end();
  expect(locateNameValuePairs(bytes, limits)).toHaveLength(found * 3);
  return found;
}

/** What both ways to decode throw, the incremental one however the bytes are cut. */
function expectError(bytes: Uint8Array, limits: NameValueLimits, code: string, message: string): void {
  const found = new Set<string>();
  const add = (error: unknown) => {
    if (!(error instanceof RemoteProtocolError)) throw error;
    found.add(JSON.stringify({ ...error, message: error.message }));
  };
  for (const { chunks } of chunkings(bytes)) {
    for (const taking of takings) {
      add(
        errorOf(() => {
          const decoder = new NameValueDecoder(limits);
          decode(decoder, chunks, taking);
          decoder.end();
        }),
      );
    }
  }
  add(errorOf(() => locateNameValuePairs(bytes, limits)));
  expect([...found].map((text) => JSON.parse(text))).toEqual([
    { name: 'RemoteProtocolError', code, scope: 'request', message },
  ]);
}

/** Three pairs of 5, 6 and 13 bytes. */
const three = join(hex('01 02 41 4243'), hex('01 03 41 424344'), hex('80000001 80000004 41 42434445'));

describe('the limit', () => {
  test('of bytes counts all pairs with their lengths: 24 are taken', () => {
    expect(three).toHaveLength(24);
    expect(count(three, { bytes: 24 })).toBe(3);
  });

  test('of bytes refuses the 24th of 23', () => {
    const message = 'Name-value pairs may have 23 bytes in all, but there are 24.';
    expectError(three, { bytes: 23 }, 'FCGI_PAIRS_BYTES_EXCEEDED', message);
  });

  test('of bytes is 1,048,576 by default', () => {
    expect(count(pair('', pattern(1_048_571)))).toBe(1);
    expect(errorOf(() => count(pair('', pattern(1_048_572))))).toMatchObject({
      code: 'FCGI_PAIR_BYTES_EXCEEDED',
      message: 'A name-value pair may have 1048576 bytes, but there are 1048577.',
    });
    const half = pair('', pattern(524_283));
    expect(count(join(half, half))).toBe(2);
    expect(errorOf(() => count(join(half, half, hex('00 00'))))).toMatchObject({
      code: 'FCGI_PAIRS_BYTES_EXCEEDED',
      message: 'Name-value pairs may have 1048576 bytes in all, but there are 1048578.',
    });
  });

  test('of bytes in one pair counts its lengths: 14 are taken', () => {
    const last = hex('80000001 80000005 41 4243444546');
    expect(last).toHaveLength(14);
    expect(count(join(three, last), { pairBytes: 14 })).toBe(4);
  });

  test('of bytes in one pair refuses the 14th of 13', () => {
    const last = hex('80000001 80000005 41 4243444546');
    const message = 'A name-value pair may have 13 bytes, but there are 14.';
    expectError(join(three, last), { pairBytes: 13 }, 'FCGI_PAIR_BYTES_EXCEEDED', message);
  });

  test('of bytes in one pair is the limit of all bytes by default', () => {
    const message = 'A name-value pair may have 4 bytes, but there are 5.';
    expectError(three, { bytes: 4 }, 'FCGI_PAIR_BYTES_EXCEEDED', message);
  });

  test('of pairs takes three of three', () => {
    expect(count(three, { pairs: 3 })).toBe(3);
  });

  test('of pairs refuses the third of two', () => {
    const message = 'A stream may have 2 name-value pairs, but there are 3.';
    expectError(three, { pairs: 2 }, 'FCGI_PAIR_COUNT_EXCEEDED', message);
  });

  test('of pairs is 2,000 by default', () => {
    const empty = new Uint8Array(4_000);
    expect(count(empty)).toBe(2_000);
    expect(errorOf(() => count(join(empty, hex('00 00'))))).toMatchObject({
      code: 'FCGI_PAIR_COUNT_EXCEEDED',
      message: 'A stream may have 2000 name-value pairs, but there are 2001.',
    });
  });

  test('of nothing at all takes an empty stream and no pair', () => {
    expect(count(hex(''), { bytes: 0, pairs: 0 })).toBe(0);
    const message = 'A stream may have 0 name-value pairs, but there are 1.';
    expectError(hex('00 00'), { pairs: 0 }, 'FCGI_PAIR_COUNT_EXCEEDED', message);
  });

  test('may be infinite', () => {
    const infinite = Number.POSITIVE_INFINITY;
    const many = pairs(Array.from({ length: 3_000 }, () => ['NAME', pattern(400)]));
    expect(many.length).toBeGreaterThan(1_048_576);
    expect(count(many, { bytes: infinite, pairBytes: infinite, pairs: infinite })).toBe(3_000);
  });

  test('is checked when a length is known, before the bytes have come', () => {
    for (const length of [0x7fff_ffff, 1_048_576]) {
      const decoder = new NameValueDecoder();
      decoder.push(join(hex('01'), lengthBytes(length)));
      expect(errorOf(() => decoder.next())).toMatchObject({ code: 'FCGI_PAIR_BYTES_EXCEEDED' });
    }
  });

  test('holds for lengths whose sum has more than 31 bits', () => {
    const bytes = join(lengthBytes(0x7fff_ffff), lengthBytes(0x7fff_ffff));
    const message = 'A name-value pair may have 1048576 bytes, but there are 4294967302.';
    expectError(bytes, {}, 'FCGI_PAIR_BYTES_EXCEEDED', message);
  });
});

describe('a stream that ends in the middle of a pair', () => {
  const bytes = join(hex('01 01 41 42'), hex('80000001 80000002 41 4243'));
  const message = 'A stream of name-value pairs ended in the middle of a pair.';

  test('is refused, at every byte of it', () => {
    for (let length = 1; length < bytes.length; length += 1) {
      if (length === 4) expect(count(bytes.slice(0, 4))).toBe(1);
      else expectError(bytes.slice(0, length), {}, 'FCGI_PAIR_TRUNCATED', message);
    }
  });

  test.each([hex('00'), hex('80'), hex('01 80'), hex('80000000'), hex('80000000 800000'), hex('01 00')])(
    'is refused where nothing else is wrong (%#)',
    (start) => {
      expectError(start, {}, 'FCGI_PAIR_TRUNCATED', message);
    },
  );

  test('is truncated before it is one pair too many, while the second length has not come', () => {
    for (const start of [hex('00'), hex('00 80'), hex('80'), hex('80000000'), hex('80000000 800000')]) {
      expectError(join(hex('01 01 41 42'), start), { pairs: 1 }, 'FCGI_PAIR_TRUNCATED', message);
    }
  });

  test('is also one whose pairs have not been taken', () => {
    const decoder = new NameValueDecoder();
    decoder.push(bytes);
    expect(errorOf(() => decoder.end())).toMatchObject({ code: 'FCGI_PAIR_TRUNCATED' });
  });
});

describe('after an error', () => {
  test('every call throws the same error again, whatever is pushed', () => {
    const decoder = new NameValueDecoder({ pairs: 1 });
    decoder.push(three);
    expect(decoder.next()).toBeDefined();
    const error = errorOf(() => decoder.next());
    expect(error).toBeInstanceOf(RemoteProtocolError);
    decoder.push(hex('00 00'));
    expect(errorOf(() => decoder.next())).toBe(error);
    expect(errorOf(() => decoder.end())).toBe(error);
  });

  test('at the end of the stream every call throws it too', () => {
    const decoder = new NameValueDecoder();
    decode(decoder, [hex('05')]);
    const error = errorOf(() => decoder.end());
    expect(errorOf(() => decoder.end())).toBe(error);
    expect(errorOf(() => decoder.next())).toBe(error);
  });
});

describe('nonsense from the caller', () => {
  test.each([
    [{ bytes: -1 }, 'bytes must be an integer from 0 to 9007199254740991, but it is -1.'],
    [{ bytes: Number.NaN }, 'bytes must be an integer from 0 to 9007199254740991, but it is NaN.'],
    [{ bytes: 2 ** 53 }, 'bytes must be an integer from 0 to 9007199254740991, but it is 9007199254740992.'],
    [{ pairBytes: 1.5 }, 'pairBytes must be an integer from 0 to 9007199254740991, but it is 1.5.'],
    [
      { pairBytes: Number.NEGATIVE_INFINITY },
      'pairBytes must be an integer from 0 to 9007199254740991, but it is -Infinity.',
    ],
    [null, 'limits must be an object, but it is null.'],
    ['bytes=5', 'limits must be an object, but it is of type string.'],
    [{ pairs: '5' }, 'pairs must be an integer from 0 to 9007199254740991, but it is of type string.'],
    [{ pairs: null }, 'pairs must be an integer from 0 to 9007199254740991, but it is null.'],
  ])('as a limit is refused: %o', (limits, message) => {
    for (const action of [
      () => new NameValueDecoder(untyped(limits)),
      () => locateNameValuePairs(hex(''), untyped(limits)),
    ]) {
      const error = errorOf(action);
      expect(error).toBeInstanceOf(LocalProtocolError);
      expect(error).toMatchObject({ code: 'FCGI_ARGUMENT_INVALID', message });
    }
  });

  test('as bytes is refused', () => {
    const decoder = new NameValueDecoder();
    for (const action of [() => decoder.push(untyped('text')), () => locateNameValuePairs(untyped('text'))]) {
      const error = errorOf(action);
      expect(error).toBeInstanceOf(LocalProtocolError);
      expect(error).toMatchObject({
        code: 'FCGI_ARGUMENT_INVALID',
        message: 'bytes must be a Uint8Array, but it is of type string.',
      });
    }
  });
});
