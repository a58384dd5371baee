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
  LocalProtocolError,
  RecordType,
} from '@fcgi-js/protocol';
import { hex } from 'test-support';
import { describe, expect, test } from 'vitest';
import { errorOf, untyped } from './support.ts';

/** Checks that `action` throws a LocalProtocolError of this code, and gives its message. */
function refusal(action: () => unknown, code = 'FCGI_ARGUMENT_INVALID'): string {
  const error = errorOf(action);
  expect(error).toBeInstanceOf(LocalProtocolError);
  expect(error).toMatchObject({ name: 'LocalProtocolError', code });
  return (error as LocalProtocolError).message;
}

/** How a message calls a value that is no number: never by what is in it. */
const kind = (value: unknown) => (value === null ? 'null' : `of type ${typeof value}`);

/** What no function takes for a number, whatever its range. */
const noNumbers: unknown[] = [undefined, null, '1', true, 1n, [1], {}, Symbol('1'), Object.create(null)];

/** Every number that is checked: how it is handed in, its name and its range. */
const numbers: { name: string; least: number; most: number; encode: (value: number) => unknown }[] = [
  {
    name: 'requestId',
    least: 1,
    most: 65_535,
    encode: (requestId) => encodeBeginRequest({ requestId, role: 1 }),
  },
  { name: 'role', least: 0, most: 65_535, encode: (role) => encodeBeginRequest({ requestId: 1, role }) },
  { name: 'requestId', least: 1, most: 65_535, encode: encodeAbortRequest },
  { name: 'requestId', least: 1, most: 65_535, encode: (requestId) => encodeEndRequest({ requestId }) },
  {
    name: 'requestId',
    least: 1,
    most: 65_535,
    encode: (id) => encodeStream(RecordType.Stdin, id, hex('00')),
  },
  { name: 'requestId', least: 1, most: 65_535, encode: (id) => encodeStreamEnd(RecordType.Stdin, id) },
  { name: 'requestId', least: 1, most: 65_535, encode: (id) => encodeParams(id, [['A', '']]) },
  { name: 'type', least: 0, most: 255, encode: encodeUnknownType },
  {
    name: 'the type of a stream',
    least: 4,
    most: 8,
    encode: (type) => encodeStream(untyped(type), 1, hex('00')),
  },
  { name: 'the type of a stream', least: 4, most: 8, encode: (type) => encodeStreamEnd(untyped(type), 1) },
];

/** Numbers that have a default, so that `undefined` is none of the wrong values. */
const optionalNumbers: typeof numbers = [
  {
    name: 'appStatus',
    least: 0,
    most: 4_294_967_295,
    encode: (appStatus) => encodeEndRequest({ requestId: 1, appStatus }),
  },
  {
    name: 'protocolStatus',
    least: 0,
    most: 255,
    encode: (protocolStatus) => encodeEndRequest({ requestId: 1, protocolStatus }),
  },
];

describe.each([...numbers, ...optionalNumbers])(
  '$name from $least to $most',
  ({ name, least, most, encode }) => {
    test('is taken at both ends', () => {
      expect(encode(least)).toBeInstanceOf(Uint8Array);
      expect(encode(most)).toBeInstanceOf(Uint8Array);
    });

    test.each([
      least - 1,
      most + 1,
      least + 0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ])('is refused as %d', (value) => {
      expect(refusal(() => encode(value))).toBe(
        `${name} must be an integer from ${least} to ${most}, but it is ${value}.`,
      );
    });

    test('is refused as anything but a number', () => {
      const isOptional = optionalNumbers.some((number) => number.name === name);
      for (const value of noNumbers.slice(isOptional ? 1 : 0)) {
        expect(refusal(() => encode(untyped(value)))).toBe(
          `${name} must be an integer from ${least} to ${most}, but it is ${kind(value)}.`,
        );
      }
    });
  },
);

test('the fields of a record are refused where they are no object', () => {
  for (const wrong of [undefined, null, 'text', 5, true, () => 1]) {
    const shown = wrong === 5 ? '5' : kind(wrong);
    const message = `fields must be an object, but it is ${shown}.`;
    expect(refusal(() => encodeBeginRequest(untyped(wrong)))).toBe(message);
    expect(refusal(() => encodeEndRequest(untyped(wrong)))).toBe(message);
  }
});

test.each([1, 'yes', null])('keepConn is refused as %o', (keepConn) => {
  const message = refusal(() => encodeBeginRequest({ requestId: 1, role: 1, keepConn: untyped(keepConn) }));
  expect(message).toMatch(/^keepConn must be a boolean, but it is (1|of type string|null)\.$/);
});

test.each([undefined, null, 'text', 5, [65], new Uint16Array(1), new DataView(new ArrayBuffer(1))])(
  'the content of a stream is refused where it is no Uint8Array (%#)',
  (content) => {
    expect(refusal(() => encodeStream(RecordType.Stdin, 1, untyped(content)))).toMatch(
      /^content must be a Uint8Array, but it is (5|null|of type \w+)\.$/,
    );
  },
);

describe('a name or value', () => {
  const encoders = [
    (name: string, value: string) => encodeNameValuePairs([[name, value]]),
    (name: string, value: string) => encodeParams(1, [[name, value]]),
    (name: string, value: string) => encodeGetValuesResult([[name, value]]),
  ];

  test('is refused with a character above U+00FF, told by its position and not by what it is', () => {
    for (const encode of encoders) {
      for (const character of ['\u0100', '\u20ac', '\ud83d\ude00', '\ud800']) {
        const position = (at: number) =>
          `Each character of a text stands for one byte, but the one at ${at} is above U+00FF. Encode the text first.`;
        const code = 'FCGI_TEXT_NOT_LATIN1';
        expect(refusal(() => encode(`ab${character}c`, ''), code)).toBe(position(2));
        expect(refusal(() => encode('', `${character}c`), code)).toBe(position(0));
        expect(refusal(() => encodeGetValues([`${character}c`]), code)).toBe(position(0));
      }
      expect(encode('\u00ff', '\u00ff')).toBeInstanceOf(Uint8Array);
    }
  });

  test('is refused where it is neither text nor bytes, without showing it', () => {
    for (const encode of encoders) {
      for (const wrong of [undefined, null, true, {}, ['secret'], new Uint16Array(2), Symbol('secret')]) {
        const shown = `must be a string or a Uint8Array, but it is ${kind(wrong)}.`;
        expect(refusal(() => encode(untyped(wrong), ''))).toBe(`A name ${shown}`);
        expect(refusal(() => encode('', untyped(wrong)))).toBe(`A value ${shown}`);
      }
      expect(refusal(() => encode('', untyped(5)))).toBe(
        'A value must be a string or a Uint8Array, but it is 5.',
      );
    }
  });
});

describe('pairs', () => {
  const encoders = [
    (pairs: [string, string][]) => encodeNameValuePairs(pairs),
    (pairs: [string, string][]) => encodeParams(1, pairs),
    (pairs: [string, string][]) => encodeGetValuesResult(pairs),
  ];

  test('are refused as an object, as text, and as nothing', () => {
    for (const encode of encoders) {
      for (const wrong of [{ A: '1' }, 'A=1', undefined, null]) {
        expect(refusal(() => encode(untyped(wrong)))).toBe(
          `pairs must be iterable, for example an array, but it is ${kind(wrong)}.`,
        );
      }
      expect(refusal(() => encode(untyped(5)))).toBe(
        'pairs must be iterable, for example an array, but it is 5.',
      );
    }
  });

  test('are refused where one of them is no array', () => {
    for (const encode of encoders) {
      for (const wrong of ['AB', { name: 'A', value: 'B' }, undefined, null]) {
        expect(refusal(() => encode(untyped([wrong])))).toBe(
          `A name-value pair must be an array, but it is ${kind(wrong)}.`,
        );
      }
    }
  });

  test('without a value are refused', () => {
    for (const encode of encoders) {
      expect(refusal(() => encode(untyped([['A']])))).toBe(
        'A value must be a string or a Uint8Array, but it is of type undefined.',
      );
    }
  });
});

test('names are refused as one text, whose characters would each be a name', () => {
  expect(refusal(() => encodeGetValues('FCGI_MAX_CONNS'))).toBe(
    'names must be iterable, for example an array, but it is of type string.',
  );
  expect(refusal(() => encodeGetValues(untyped(undefined)))).toBe(
    'names must be iterable, for example an array, but it is of type undefined.',
  );
});
