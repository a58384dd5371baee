import { FcgiServerError } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { allowedPeers } from '../../src/listen/allowed-peers.ts';

const UNIX = undefined;

/** Which of these may connect. */
function admitted(
  allow: readonly string[] | undefined,
  environment: string | undefined,
  peers: ReadonlyArray<string | undefined>,
) {
  const check = allowedPeers(allow, environment);
  return peers.filter((peer) => check.mayConnect(peer));
}

const PEERS = [
  UNIX,
  '127.0.0.1',
  '127.1.2.3',
  '::1',
  '::ffff:127.0.0.1',
  '10.0.0.5',
  '10.9.0.1',
  '2001:db8::1',
];

describe('who may connect', () => {
  test('by default: this machine', () => {
    expect(admitted(undefined, undefined, PEERS)).toEqual([
      UNIX,
      '127.0.0.1',
      '127.1.2.3',
      '::1',
      '::ffff:127.0.0.1',
    ]);
  });

  test('with "allow": those in it, and Unix sockets', () => {
    expect(admitted(['10.0.0.5', '2001:db8::/32'], undefined, PEERS)).toEqual([
      UNIX,
      '10.0.0.5',
      '2001:db8::1',
    ]);
    expect(admitted(['10.0.0.0/8'], undefined, PEERS)).toEqual([UNIX, '10.0.0.5', '10.9.0.1']);
    expect(admitted([], undefined, PEERS)).toEqual([UNIX]);
  });

  test('with FCGI_WEB_SERVER_ADDRS: those in it over TCP, and nobody else', () => {
    expect(admitted(undefined, '10.0.0.5,127.0.0.1', PEERS)).toEqual([
      '127.0.0.1',
      '::ffff:127.0.0.1',
      '10.0.0.5',
    ]);
  });

  test('with both: those in both', () => {
    expect(admitted(['10.0.0.0/8'], '10.0.0.5,127.0.0.1', PEERS)).toEqual(['10.0.0.5']);
  });

  test.each(['', ' ', ',', ' , '])('with FCGI_WEB_SERVER_ADDRS=%j: as without', (environment) => {
    expect(admitted(undefined, environment, PEERS)).toEqual(admitted(undefined, undefined, PEERS));
  });

  test('with blanks around the addresses', () => {
    expect(admitted(undefined, ' 10.0.0.5 , 10.9.0.1 ', PEERS)).toEqual(['10.0.0.5', '10.9.0.1']);
  });

  test('an IPv4 peer on an IPv6 socket is the same peer, however it is written', () => {
    expect(
      admitted(['10.0.0.5'], undefined, ['::ffff:10.0.0.5', '::FFFF:10.0.0.5', '::ffff:10.0.0.6']),
    ).toEqual(['::ffff:10.0.0.5', '::FFFF:10.0.0.5']);
  });

  test('a network of IPv6 admits no peer of IPv4, in "allow" and in FCGI_WEB_SERVER_ADDRS', () => {
    const peers = ['203.0.113.9', '::ffff:203.0.113.9', '::1'];
    expect(admitted(['::1/64'], undefined, peers)).toEqual(['::1']);
    expect(admitted(['::/0'], undefined, peers)).toEqual(['::1']);
    expect(admitted(undefined, '::1/64', peers)).toEqual(['::1']);
    expect(admitted(['::1/64', '10.0.0.0/8'], undefined, peers)).toEqual(['::1']);
  });

  test('an IPv4 address may be named as a mapped IPv6 address', () => {
    expect(admitted(['::ffff:10.0.0.5'], undefined, PEERS)).toEqual([UNIX, '10.0.0.5']);
    expect(admitted(['::ffff:10.0.0.0/104'], undefined, PEERS)).toEqual([UNIX, '10.0.0.5', '10.9.0.1']);
  });

  test('what is no address may not', () => {
    expect(admitted(['0.0.0.0/0', '::/0'], undefined, ['', 'localhost', '10.0.0', 'fe80::1%eth0x!'])).toEqual(
      [],
    );
  });
});

describe('on which hosts it is safe to listen', () => {
  test.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'])('%s always', (host) => {
    expect(allowedPeers(undefined, undefined).mayListenOn(host)).toBe(true);
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', 'app.internal', ''])(
    '%j only when the web servers are named',
    (host) => {
      expect(allowedPeers(undefined, undefined).mayListenOn(host)).toBe(false);
      expect(allowedPeers(['10.0.0.5'], undefined).mayListenOn(host)).toBe(true);
      expect(allowedPeers(undefined, '10.0.0.5').mayListenOn(host)).toBe(true);
    },
  );
});

describe('what is no list of addresses is refused', () => {
  test.each([
    'localhost',
    '10.0.0',
    '10.0.0.1/33',
    '10.0.0.1/-1',
    '10.0.0.1/x',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    '::1/129',
    '1.2.3.4.5',
    '',
    ' 10.0.0.1',
  ])('in "allow": %j', (entry) => {
    expect(() => allowedPeers(['127.0.0.1', entry], undefined)).toThrow(FcgiServerError);
    expect(() => allowedPeers(['127.0.0.1', entry], undefined)).toThrow(/The option "allow" has/);
  });

  test('in FCGI_WEB_SERVER_ADDRS', () => {
    expect(() => allowedPeers(undefined, '127.0.0.1,webserver')).toThrow(
      /FCGI_WEB_SERVER_ADDRS has "webserver"/,
    );
  });
});
