import fc from 'fast-check';
import { networkCases } from 'test-support/ip-networks';
import { describe, expect, test } from 'vitest';
import { addressCheck, parseAddress } from '../src/addresses.ts';

const zeros = (count: number) => new Array<number>(count).fill(0);

describe('an address', () => {
  test.each([
    ['192.0.2.1', [192, 0, 2, 1]],
    ['::ffff:192.0.2.1', [192, 0, 2, 1]],
    ['::FFFF:c000:201', [192, 0, 2, 1]],
    ['0:0:0:0:0:ffff:192.0.2.1', [192, 0, 2, 1]],
    ['::1', [...zeros(15), 1]],
    ['::', zeros(16)],
    ['2001:DB8::8', [0x20, 1, 0x0d, 0xb8, ...zeros(11), 8]],
    ['fe80::', [0xfe, 0x80, ...zeros(14)]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['1:2:3:4:5:6:1.2.3.4', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 1, 2, 3, 4]],
    ['::1.2.3.4', [...zeros(12), 1, 2, 3, 4]],
  ])('%s', (text, bytes) => {
    expect(parseAddress(text)).toEqual({ bytes, zone: undefined });
  });

  test('of a link-local network names its interface, as Apache writes it', () => {
    const bytes = [0xfe, 0x80, ...zeros(13), 1];
    expect(parseAddress('fe80::1%eth0')).toEqual({ bytes, zone: 'eth0' });
    expect(parseAddress('fe80::1%br-lan.7')).toEqual({ bytes, zone: 'br-lan.7' });
  });

  test.each([
    [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '1.2.3.',
      '01.2.3.4',
      '1.2.3.004',
      'a.b.c.d',
      ' 1.2.3.4',
      '1.2.3.4 ',
      'host',
      'unix:',
      '_hidden',
    ],
    [
      ':',
      '1',
      '1:2',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7::8',
      'g::',
      '12345::',
      'fe80::1%',
      'fe80::1%eth0%1',
      'fe80::1%eth0 x',
      '192.0.2.1%eth0',
    ],
    ['::1.2.3.256', '1:2:3:4:5:6:7:1.2.3.4', '::1.2.3.4:5', '[::1]'],
  ])('is none of these', (...texts) => {
    expect(texts.filter((text) => parseAddress(text) !== undefined)).toEqual([]);
  });
});

describe('a network', () => {
  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.7', false],
    ['::/0', '::ffff:192.0.2.7', false],
    ['::1/64', '192.0.2.7', false],
    ['::1/64', '::2', true],
    ['::ffff:0:0/95', '192.0.2.7', false],
    ['::ffff:0:0/96', '192.0.2.7', true],
    ['::ffff:0:0/96', '2001:db8::1', false],
    ['::ffff:10.0.0.0/104', '10.9.8.7', true],
    ['::ffff:10.0.0.0/104', '::ffff:a09:807', true],
    ['::ffff:10.0.0.0/104', '11.9.8.7', false],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['::10.0.0.1', '10.0.0.1', false],
    ['10.0.0.1/32', '10.0.0.1', true],
    ['10.0.0.1/32', '10.0.0.0', false],
    ['2001:db8::1/128', '2001:db8::1', true],
    ['2001:db8::1/128', '2001:db8::', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['fe80::1', 'fe80::1%eth0', true],
    ['fe80::1%eth0', 'fe80::1%eth0', true],
    ['fe80::1%eth0', 'fe80::1%eth1', false],
    ['fe80::1%eth0', 'fe80::1', false],
    ['unix:', 'unix:', true],
    ['192.0.2.7', 'unix:', false],
    ['unix:', '', false],
  ])('%s has %s: %j', (entry, address, expected) => {
    expect(addressCheck([entry])?.(address)).toBe(expected);
  });

  test('has what agrees with it in its first bits, in every family and spelling', () => {
    fc.assert(
      fc.property(networkCases(), ({ address, entry, expected }) => {
        expect(addressCheck([entry])?.(address)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is one of several', () => {
    const check = addressCheck(['10.0.0.0/8', 'unix:', '::1']);
    expect(['10.1.1.1', '::1', 'unix:', '127.0.0.1', 'x'].map((address) => check?.(address))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(addressCheck([])?.('127.0.0.1')).toBe(false);
  });

  test.each([
    'localhost',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/8x',
    '10.0.0.0/08',
    '::ffff:10.0.0.0/129',
    '10.0.0.0/255.0.0.0',
    '',
    5,
    null,
  ])('is not %j', (entry) => {
    expect(addressCheck(['10.0.0.1', entry])).toBeUndefined();
  });
});
