import fc from 'fast-check';
import { networkCases } from 'test-support/ip-networks';
import { describe, expect, test } from 'vitest';
import { hasAddress, parseIpNetwork } from '../../src/listen/ip-networks.ts';

function isIn(entry: string, address: string): boolean | undefined {
  const network = parseIpNetwork(entry);
  return network && hasAddress([network], address);
}

describe('a network', () => {
  test.each([
    // Networks of IPv6 have no address of IPv4, however many zeros they begin with.
    ['::1/64', '203.0.113.9', false],
    ['::1/64', '::ffff:203.0.113.9', false],
    ['::1/64', '::2', true],
    ['::/0', '203.0.113.9', false],
    ['::/0', '::ffff:cb00:7109', false],
    ['::/0', '2001:db8::1', true],
    ['::/95', '203.0.113.9', false],
    ['::ffff:0:0/95', '203.0.113.9', false],
    ['::ffff:203.0.113.9/64', '203.0.113.9', false],
    ['::203.0.113.9', '203.0.113.9', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['0.0.0.0/0', '::203.0.113.9', false],
    // IPv4-mapped IPv6 addresses are addresses of IPv4, on both sides.
    ['10.0.0.0/8', '::ffff:10.9.8.7', true],
    ['10.0.0.0/8', '::FFFF:0A09:0807', true],
    ['10.0.0.0/8', '0:0:0:0:0:ffff:10.9.8.7', true],
    ['10.0.0.0/8', '::ffff:11.9.8.7', false],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['::ffff:a00:1', '10.0.0.1', true],
    ['::ffff:a00:1', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.1', '10.0.0.2', false],
    ['::ffff:10.0.0.0/104', '10.9.8.7', true],
    ['::ffff:10.0.0.0/104', '11.0.0.1', false],
    ['::ffff:0:0/96', '203.0.113.9', true],
    ['::ffff:0:0/96', '::ffff:203.0.113.9', true],
    ['::ffff:0:0/96', '2001:db8::1', false],
    // A zone names an interface.
    ['fe80::/10', 'fe80::1%eth0', true],
    ['fe80::1', 'fe80::1%eth0', true],
    ['fe80::1%eth0', 'fe80::1%eth0', true],
    ['fe80::1%eth0', 'fe80::1%eth1', false],
    ['fe80::1%eth0', 'fe80::1', false],
    ['fe80::%eth0/10', 'fe80::1%eth0', true],
    ['10.0.0.1/32', '10.0.0.1', true],
    ['10.0.0.1/32', '10.0.0.0', false],
    ['10.0.0.1/31', '10.0.0.0', true],
    ['2001:db8::1/128', '2001:db8::1', true],
    ['2001:db8::1/128', '2001:db8::', false],
    ['2001:db8::1/127', '2001:db8::', true],
  ])('%s has %s: %j', (entry, address, expected) => {
    expect(isIn(entry, address)).toBe(expected);
  });

  test('has what agrees with it in its first bits, in every family and spelling', () => {
    fc.assert(
      fc.property(networkCases(), ({ address, entry, expected }) => {
        expect(isIn(entry, address)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    [
      '10.0.0.0/33',
      '::/129',
      '::ffff:10.0.0.0/129',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '10.0.0.0/+8',
      '10.0.0.0/8.0',
    ],
    ['10.0.0.0/08', '10.0.0.0/00', '10.0.0.0/1e1', '10.0.0.0/0x8', '10.0.0.0/8/8', '/8', '10.0.0.0 /8'],
    [
      '010.0.0.1',
      '10.1',
      '0x0a000001',
      '167772161',
      '10.0.0.256',
      '10.0.0.1\n',
      ' 10.0.0.1',
      '',
      'localhost',
    ],
    ['::1::', ':', '12345::', '[::1]', 'fe80::1%', 'fe80::1/64%eth0', '10.0.0.1%eth0', '::ffff:10.0.0.300'],
    ['10.0.0.0/255.0.0.0', '10.0.0.1-10.0.0.9', '10.*', 'unix:', 'tcp:10.0.0.1'],
  ])('is none of these', (...entries) => {
    expect(entries.filter((entry) => parseIpNetwork(entry) !== undefined)).toEqual([]);
  });
});

test('what is no address is in no network', () => {
  const all = ['0.0.0.0/0', '::/0'].map((entry) => parseIpNetwork(entry)!);
  expect(['', 'localhost', '10.0.0', '10.0.0.1/32', 'unix:'].filter((text) => hasAddress(all, text))).toEqual(
    [],
  );
});
