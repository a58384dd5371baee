import { describe, expect, test } from 'vitest';
import { hex, join, latin1, lengthBytes, pair, pairs, record, toLatin1 } from '../src/index.ts';

describe('bytes', () => {
  test('are made of hexadecimal digits, Latin-1 text and lists of numbers', () => {
    expect(join(hex('01 fF'), 'A\xff', [0, 255])).toEqual(Uint8Array.of(1, 255, 65, 255, 0, 255));
    expect(toLatin1(latin1('\x00A\xff'))).toBe('\x00A\xff');
  });

  test('are not made of half a byte, other digits, or characters that are no byte', () => {
    expect(() => hex('123')).toThrow('no hexadecimal');
    expect(() => hex('0g')).toThrow('no hexadecimal');
    expect(() => latin1('€')).toThrow('€');
  });
});

describe('a record', () => {
  test('has a header that fits its content', () => {
    expect(record(5, 0x0102, 'abc')).toEqual(Uint8Array.of(1, 5, 1, 2, 0, 3, 0, 0, 97, 98, 99));
    expect(record(6, 1, new Uint8Array(0x0102)).slice(0, 8)).toEqual(Uint8Array.of(1, 6, 0, 1, 1, 2, 0, 0));
  });

  test('may have anything in its header, and padding that is not zero', () => {
    expect(record(255, 65_535, '', { contentLength: 0x0304, padding: 2, reserved: 9, version: 7 })).toEqual(
      Uint8Array.of(7, 255, 255, 255, 3, 4, 2, 9, 0xa5, 0xa5),
    );
  });
});

describe('a pair', () => {
  test('has lengths in as few bytes as possible, or as asked', () => {
    expect(pair('A', 'BC')).toEqual(Uint8Array.of(1, 2, 65, 66, 67));
    expect(pair('A', 'B', { name: 4 })).toEqual(Uint8Array.of(128, 0, 0, 1, 1, 65, 66));
    expect(pair('A', 'B', { value: 4 })).toEqual(Uint8Array.of(1, 128, 0, 0, 1, 65, 66));
    expect(pair('', 'x'.repeat(128)).slice(0, 5)).toEqual(Uint8Array.of(0, 128, 0, 0, 128));
    expect(
      pairs([
        ['A', ''],
        ['', 'B'],
      ]),
    ).toEqual(Uint8Array.of(1, 0, 65, 0, 1, 66));
  });

  test('has lengths up to 31 bits, and up to 7 in one byte', () => {
    expect(lengthBytes(0x7fff_ffff)).toEqual(Uint8Array.of(255, 255, 255, 255));
    expect(lengthBytes(0x0102_0304)).toEqual(Uint8Array.of(129, 2, 3, 4));
    expect(() => lengthBytes(128, 1)).toThrow('128');
  });
});
