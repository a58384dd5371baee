import { locateNameValuePairs, NameValueDecoder, type NameValuePair } from '@fcgi-js/protocol';
import { hex, join, latin1, lengthBytes, pair, pairs, pattern, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { allocations, decode, expectEveryWay } from './support.ts';

type TextPair = readonly [name: string, value: string];

const text = ({ name, value }: NameValuePair): TextPair => [toLatin1(name), toLatin1(value)];

/** A decoder that gives pairs as text. */
function newDecoder() {
  const decoder = new NameValueDecoder();
  return {
    push: (bytes: Uint8Array) => decoder.push(bytes),
    next: () => {
      const next = decoder.next();
      return next === undefined ? undefined : text(next);
    },
  };
}

/** The pairs that `locateNameValuePairs` finds, as text. */
function located(bytes: Uint8Array): TextPair[] {
  const positions = locateNameValuePairs(bytes);
  return Array.from({ length: positions.length / 3 }, (_, index) => {
    const [start, middle, end] = positions.slice(index * 3);
    return [toLatin1(bytes.subarray(start, middle)), toLatin1(bytes.subarray(middle, end))];
  });
}

/** The beginning of one more pair: the name's length in four bytes, the last of them missing. */
const UNFINISHED_LENGTH = hex('80 00 00');

/** Both ways to decode find `expected` in `bytes`. */
function expectPairs(bytes: Uint8Array, expected: readonly TextPair[]): void {
  expectEveryWay(newDecoder, bytes, expected, UNFINISHED_LENGTH);
  expect(located(bytes)).toEqual(expected);
}

const long = (length: number) => toLatin1(pattern(length));

describe('name-value pairs', () => {
  const forms: { what: string; bytes: Uint8Array; expected: TextPair }[] = [
    { what: 'both lengths in one byte', bytes: hex('01 02 41 4243'), expected: ['A', 'BC'] },
    {
      what: 'the length of the value in four bytes',
      bytes: hex('01 80000002 41 4243'),
      expected: ['A', 'BC'],
    },
    {
      what: 'the length of the name in four bytes',
      bytes: hex('80000001 02 41 4243'),
      expected: ['A', 'BC'],
    },
    {
      what: 'both lengths in four bytes',
      bytes: hex('80000001 80000002 41 4243'),
      expected: ['A', 'BC'],
    },
    { what: 'an empty value', bytes: hex('01 00 41'), expected: ['A', ''] },
    { what: 'an empty name', bytes: hex('00 01 41'), expected: ['', 'A'] },
    { what: 'nothing but lengths', bytes: hex('00 00'), expected: ['', ''] },
    { what: 'nothing but lengths of four bytes', bytes: hex('80000000 80000000'), expected: ['', ''] },
    {
      what: '127 bytes, the most that one byte can tell',
      bytes: join(hex('7f 7f'), pattern(127), pattern(127)),
      expected: [long(127), long(127)],
    },
    {
      what: '128 bytes, the fewest that need four',
      bytes: join(hex('80000080 80000080'), pattern(128), pattern(128)),
      expected: [long(128), long(128)],
    },
    {
      what: 'a value that uses the lowest two bytes of its length',
      bytes: join(hex('00 80000102'), pattern(258)),
      expected: ['', long(258)],
    },
    {
      what: 'every byte there is, which stays what it is',
      bytes: join(hex('00 80000100'), pattern(256)),
      expected: ['', long(256)],
    },
  ];

  test.each(forms)('with $what are decoded however they are cut', ({ bytes, expected }) => {
    expectPairs(bytes, [expected]);
  });

  test('of every form one after the other are decoded however they are cut', () => {
    const short = forms.filter(({ bytes }) => bytes.length < 130);
    expectPairs(
      join(...short.map(({ bytes }) => bytes)),
      short.map(({ expected }) => expected),
    );
  });

  test('of names that appear twice are all given, in their order', () => {
    expectPairs(
      pairs([
        ['A', '1'],
        ['B', ''],
        ['A', '2'],
        ['__proto__', 'x'],
      ]),
      [
        ['A', '1'],
        ['B', ''],
        ['A', '2'],
        ['__proto__', 'x'],
      ],
    );
  });

  test('in an empty stream are none', () => {
    const decoder = new NameValueDecoder();
    expect(decoder.next()).toBeUndefined();
    decoder.push(hex(''));
    expect(decoder.next()).toBeUndefined();
    expect(decoder.end()).toBeUndefined();
    expect(locateNameValuePairs(hex(''))).toEqual([]);
  });

  test.each([
    [0x01_02_03, hex('80010203')],
    [0x10_00_00, hex('80100000')],
  ])('with a value of %i bytes are decoded over the limit of one record', (length, announced) => {
    const content = pattern(length);
    const bytes = join(hex('01'), announced, 'A', content, pair('B', 'after'));
    const limits = { bytes: bytes.length };
    for (const size of [1_000, 65_535, bytes.length]) {
      const decoder = new NameValueDecoder(limits);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.slice(index * size, (index + 1) * size),
      );
      const [first, second, ...others] = decode(decoder, chunks);
      expect(first?.value.length).toBe(length);
      expect(first?.value.every((byte, index) => byte === content[index])).toBe(true);
      expect([second].map((last) => last && text(last))).toEqual([['B', 'after']]);
      expect(others).toEqual([]);
      expect(decoder.end()).toBeUndefined();
    }
    const end = 6 + length;
    expect(locateNameValuePairs(bytes, limits)).toEqual([5, 6, end, end + 2, end + 3, end + 8]);
  });

  test('are read in the order they came when pushed while others wait', () => {
    const decoder = newDecoder();
    decoder.push(pair('A', '1'));
    decoder.push(pair('B', '2'));
    expect(decoder.next()).toEqual(['A', '1']);
    decoder.push(pair('C', '3'));
    expect(decoder.next()).toEqual(['B', '2']);
    expect(decoder.next()).toEqual(['C', '3']);
    expect(decoder.next()).toBeUndefined();
  });
});

describe('positions of pairs', () => {
  test('are three for each: the name, the value, and the end', () => {
    const bytes = join(hex('01 02 41 4243'), hex('80000001 80000001 44 45'), hex('00 00'));
    expect(locateNameValuePairs(bytes)).toEqual([2, 3, 5, 13, 14, 15, 17, 17, 17]);
  });
});

describe('names and values handed out', () => {
  const bytes = pair('NAME', pattern(600));

  test('are views of the chunk that they lie in', () => {
    const [only] = decode(new NameValueDecoder(), [bytes]);
    expect(only?.name.buffer).toBe(bytes.buffer);
    expect(only?.name.byteOffset).toBe(5);
    expect(only?.value.buffer).toBe(bytes.buffer);
    expect(only?.value.byteOffset).toBe(9);
  });

  test('are views too where only the lengths lie in another chunk', () => {
    const body = bytes.slice(5);
    const [only] = decode(new NameValueDecoder(), [bytes.subarray(0, 5), body]);
    expect(only?.value.buffer).toBe(body.buffer);
  });

  test('share one array of exactly their size where they straddle chunks', () => {
    for (const at of [6, 9, 300, 608]) {
      const [only] = decode(new NameValueDecoder(), [bytes.slice(0, at), bytes.slice(at)]);
      expect(only).toEqual({ name: latin1('NAME'), value: pattern(600) });
      expect(only?.name.buffer.byteLength).toBe(604);
      expect(only?.value.buffer).toBe(only?.name.buffer);
    }
  });

  test('never change, whatever comes after them', () => {
    const list = Array.from({ length: 40 }, (_, index) => [`N${index}`, long(index * 9)] as const);
    const stream = pairs(list);
    const decoder = new NameValueDecoder();
    const taken: NameValuePair[] = [];
    for (let from = 0; from < stream.length; from += 61) {
      taken.push(...decode(decoder, [stream.slice(from, from + 61)]));
    }
    expect(taken.map(text)).toEqual(list);
  });
});

describe('memory taken while a pair is coming', () => {
  const unlimited = { bytes: Number.POSITIVE_INFINITY };
  const announced = join(lengthBytes(0x7fff_ffff), lengthBytes(0x7fff_ffff));

  test('is none for two lengths of 2^31 - 1', () => {
    const decoder = new NameValueDecoder(unlimited);
    expect(allocations(() => decode(decoder, [announced])).total).toBe(0);
  });

  test('is 512 bytes at first, then at most twice what has come', () => {
    const decoder = new NameValueDecoder(unlimited);
    decode(decoder, [announced]);
    const chunk = pattern(100);
    const largest = [1, 2, 3, 4, 5, 6].map(() => allocations(() => decode(decoder, [chunk])).largest);
    expect(largest).toEqual([512, 0, 0, 0, 0, 1_200]);
  });

  test('is none for pairs that lie in one chunk', () => {
    const chunk = pairs(Array.from({ length: 100 }, (_, index) => [`NAME_${index}`, long(200)]));
    const decoder = new NameValueDecoder();
    expect(allocations(() => expect(decode(decoder, [chunk])).toHaveLength(100)).total).toBe(0);
    expect(allocations(() => expect(locateNameValuePairs(chunk)).toHaveLength(300)).total).toBe(0);
  });

  test('is none for announced lengths when the pairs are located in place', () => {
    expect(
      allocations(() =>
        expect(() => locateNameValuePairs(announced, unlimited)).toThrow('ended in the middle'),
      ),
    ).toEqual({ largest: 0, total: 0 });
  });
});
