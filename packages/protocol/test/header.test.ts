import { writeRecordHeader } from '@fcgi-js/protocol';
import { hex } from 'test-support';
import { expect, test } from 'vitest';
import { isZeroHeader } from '../src/header.ts';

test('a header is written where it belongs, all 8 bytes and no other', () => {
  const target = new Uint8Array(12).fill(0xee);
  expect(writeRecordHeader(target, 2, 6, 0x0102, 0x0304, 5)).toBe(10);
  expect(target).toEqual(hex('eeee 01 06 0102 0304 05 00 eeee'));
});

test('a header holds the largest numbers', () => {
  const target = new Uint8Array(8);
  expect(writeRecordHeader(target, 0, 255, 65_535, 65_535, 255)).toBe(8);
  expect(target).toEqual(hex('01 ff ffff ffff ff 00'));
});

test('a zero header is 8 zeros, whatever is around them', () => {
  const bytes = hex('01 0000000000000000 01');
  expect(isZeroHeader(bytes, 1)).toBe(true);
  expect(isZeroHeader(bytes, 0)).toBe(false);
  expect(isZeroHeader(bytes, 2)).toBe(false);
});
