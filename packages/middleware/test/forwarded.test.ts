import { type ForwardedOptions, forwarded } from '@fcgi-js/middleware';
import { describe, expect, test } from 'vitest';
import { type Given, leavesAlone, result } from './support.ts';

const trust = ['10.0.0.0/8'];

/** What is new or gone after the transform. */
function changesOf(given: Given, options: ForwardedOptions = { trust }): Record<string, string | undefined> {
  const after = result(forwarded(options), given);
  const names = Object.keys({ ...given, ...after }).filter((name) => given[name] !== after[name]);
  return Object.fromEntries(names.map((name) => [name, after[name]]));
}

describe('the address of the browser', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['unknown, 10.0.0.2', '10.0.0.2'],
    ['203.0.113.9,, 10.0.0.2', '10.0.0.2'],
  ])('is found in %j', (chain, address) => {
    const given = { REMOTE_ADDR: '10.0.0.1', REMOTE_PORT: '5', HTTP_X_FORWARDED_FOR: chain };
    expect(changesOf(given)).toEqual({ REMOTE_ADDR: address, REMOTE_PORT: undefined });
  });

  test.each(['', 'unknown', '_hidden', ' '])('is the one that came where the proxy says %j', (chain) => {
    expect(leavesAlone(forwarded({ trust }), { REMOTE_ADDR: '10.0.0.1', HTTP_X_FORWARDED_FOR: chain })).toBe(
      true,
    );
  });
});

describe('scheme and host', () => {
  const proxied = { REMOTE_ADDR: '10.0.0.1', HTTP_X_FORWARDED_FOR: '203.0.113.9' };

  test('are those that the browser has used', () => {
    const given = {
      ...proxied,
      HTTP_HOST: 'backend:8080',
      HTTP_X_FORWARDED_HOST: 'shop.example',
      HTTP_X_FORWARDED_PROTO: 'https',
      SERVER_PORT: '8080',
    };
    expect(changesOf(given)).toEqual({
      HTTPS: 'on',
      HTTP_HOST: 'shop.example',
      REMOTE_ADDR: '203.0.113.9',
      REQUEST_SCHEME: 'https',
      SERVER_NAME: 'shop.example',
      SERVER_PORT: '443',
    });
  });

  test.each([
    [{ PROTO: 'HTTP' }, { REQUEST_SCHEME: 'http', SERVER_PORT: '80' }],
    [
      { PROTO: 'https', PORT: '8443' },
      { HTTPS: 'on', REQUEST_SCHEME: 'https', SERVER_PORT: '8443' },
    ],
    [{ HOST: 'a.example:81' }, { HTTP_HOST: 'a.example:81', SERVER_NAME: 'a.example', SERVER_PORT: '81' }],
    [{ HOST: '[::1]:81' }, { HTTP_HOST: '[::1]:81', SERVER_NAME: '[::1]', SERVER_PORT: '81' }],
    [{ PORT: '81' }, { SERVER_PORT: '81' }],
    [{ HOST: 'a.example' }, { HTTP_HOST: 'a.example', SERVER_NAME: 'a.example' }],
    [{ HOST: 'evil.example/path?' }, {}],
    [{ PROTO: 'javascript' }, {}],
    [{ PORT: 'x' }, {}],
  ])('%j becomes %j', (fields, changes) => {
    const given = Object.entries(fields).map(([name, value]) => [`HTTP_X_FORWARDED_${name}`, value]);
    expect(changesOf({ ...proxied, ...Object.fromEntries(given) })).toEqual({
      REMOTE_ADDR: '203.0.113.9',
      ...changes,
    });
  });

  test('are no longer encrypted where a proxy says so', () => {
    const given = { ...proxied, HTTPS: 'on', HTTP_X_FORWARDED_PROTO: 'http' };
    expect(changesOf(given)).toMatchObject({ HTTPS: undefined, REQUEST_SCHEME: 'http' });
  });

  test('are those that the last trusted proxy has heard, not what the browser has put before them', () => {
    const given = {
      REMOTE_ADDR: '10.0.0.1',
      HTTP_X_FORWARDED_FOR: '198.51.100.1, 203.0.113.9, 10.0.0.2',
      HTTP_X_FORWARDED_HOST: 'evil.example, shop.example, inner.example',
      HTTP_X_FORWARDED_PROTO: 'http, https, http',
    };
    expect(changesOf(given)).toMatchObject({ HTTP_HOST: 'shop.example', REQUEST_SCHEME: 'https' });
  });

  test('can be all that a proxy tells', () => {
    expect(changesOf({ REMOTE_ADDR: '10.0.0.1', HTTP_X_FORWARDED_PROTO: 'https' })).toEqual({
      HTTPS: 'on',
      REQUEST_SCHEME: 'https',
      SERVER_PORT: '443',
    });
  });
});

describe('the field Forwarded', () => {
  const fields = 'forwarded' as const;

  test.each([
    ['for=203.0.113.9', '203.0.113.9'],
    ['For="[2001:db8::1]:4711"', '2001:db8::1'],
    ['for="203.0.113.9:80" ; by=10.0.0.1', '203.0.113.9'],
    ['by=x;for=203.0.113.9, for=10.0.0.2', '203.0.113.9'],
    ['for="a,b\\"c", for=203.0.113.9, for=10.0.0.2', '203.0.113.9'],
    ['for=198.51.100.1, for=203.0.113.9', '203.0.113.9'],
  ])('%s has the browser', (field, address) => {
    const given = { REMOTE_ADDR: '10.0.0.1', HTTP_FORWARDED: field };
    expect(changesOf(given, { fields, trust })).toEqual({ REMOTE_ADDR: address });
  });

  test.each(['for=203.0.113.9,;', 'for=203.0.113.9, for=10.0.0.2"', 'for=203.0.113.9, for=a"b"'])(
    '%s says nothing of the last hop, so what stands before it is not believed',
    (field) => {
      const given = { REMOTE_ADDR: '10.0.0.1', HTTP_FORWARDED: field };
      expect(changesOf(given, { fields, trust })).toEqual({});
    },
  );

  test('has scheme and host of each hop', () => {
    const given = {
      REMOTE_ADDR: '10.0.0.1',
      HTTP_FORWARDED:
        'for=1.2.3.4;host=evil.example, for=203.0.113.9;proto=https;host="shop.example:8443", for=10.0.0.2;proto=http',
    };
    expect(changesOf(given, { fields, trust })).toMatchObject({
      HTTP_HOST: 'shop.example:8443',
      REQUEST_SCHEME: 'https',
      SERVER_PORT: '8443',
    });
  });

  test('and X-Forwarded-For do not both count', () => {
    const given = { REMOTE_ADDR: '10.0.0.1', HTTP_FORWARDED: 'for=1.1.1.1', HTTP_X_FORWARDED_FOR: '2.2.2.2' };
    expect(changesOf(given)).toEqual({ REMOTE_ADDR: '2.2.2.2' });
    expect(changesOf(given, { fields, trust })).toEqual({ REMOTE_ADDR: '1.1.1.1' });
  });

  test('that does not come changes nothing', () => {
    expect(leavesAlone(forwarded({ fields, trust }), { REMOTE_ADDR: '10.0.0.1' })).toBe(true);
  });
});

test.each([
  { REMOTE_ADDR: '203.0.113.1', HTTP_X_FORWARDED_FOR: '10.0.0.1', HTTP_X_FORWARDED_PROTO: 'https' },
  { REMOTE_ADDR: 'unix:', HTTP_X_FORWARDED_FOR: '203.0.113.9' },
  { HTTP_X_FORWARDED_FOR: '203.0.113.9' },
])('nobody else is believed: %j', (given) => {
  expect(leavesAlone(forwarded({ trust }), given)).toBe(true);
});

test.each([
  [{}, /"trust" must be an array of addresses/],
  [{ trust: '10.0.0.1' }, /"trust" must be an array of addresses/],
  [{ trust: ['proxy.example'] }, /"trust" must be an array of addresses/],
  [{ trust, fields: 'both' }, /"fields" must be 'x-forwarded' or 'forwarded'/],
  [{ trust, hops: 2 }, /has no option "hops"/],
])('%j is refused', (given, message) => {
  const options: unknown = given;
  expect(() => forwarded(options as ForwardedOptions)).toThrow(message);
  expect(() => forwarded(options as ForwardedOptions)).toThrow(
    expect.objectContaining({ code: 'FCGI_OPTION_INVALID', name: 'TypeError' }),
  );
});
