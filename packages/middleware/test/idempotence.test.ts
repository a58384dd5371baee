import * as middleware from '@fcgi-js/middleware';
import fc from 'fast-check';
import { captures } from 'test-support/captures';
import { describe, expect, test } from 'vitest';

const transforms: Record<string, middleware.ParamsTransform> = {
  apacheProxyFix: middleware.apacheProxyFix(),
  authorizationFix: middleware.authorizationFix(),
  cgiRootFix: middleware.cgiRootFix('/app'),
  forwarded: middleware.forwarded({ trust: ['10.0.0.0/8', '::1', 'unix:'] }),
  'forwarded of RFC 7239': middleware.forwarded({ fields: 'forwarded', trust: ['10.0.0.0/8'] }),
  iisFix: middleware.iisFix(),
  lighttpdCgiRootFix: middleware.lighttpdCgiRootFix(),
  pathInfoFromRequestUri: middleware.pathInfoFromRequestUri(),
  scriptNamePrefix: middleware.scriptNamePrefix('/app'),
  'scriptNamePrefix of the root': middleware.scriptNamePrefix('/'),
  scriptNameStripper: middleware.scriptNameStripper(),
};

const piece = fc.constantFrom(
  '/',
  '/app',
  '/a',
  '/x.fcgi',
  'b',
  '//',
  '/..',
  '/%2e%2e',
  '%2F',
  '%61pp',
  '?q',
  ' ',
  '%',
  '\xe9',
);
const path = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '::1', 'unix:', '203.0.113.9', 'unknown', '');
const chain = fc.array(address, { maxLength: 4 }).map((all) => all.join(', '));
const host = fc.constantFrom('a.example', 'b.example:81', 'a.example, b.example', 'bad/host', '');
const software = fc.constantFrom('nginx/1.22.1', 'lighttpd/1.4.19', 'Microsoft-IIS/6.0', 'Apache');

const params = fc
  .record(
    {
      CONTEXT_PREFIX: path,
      HTTPS: fc.constantFrom('on', 'off'),
      HTTP_AUTHORIZATION: fc.constantFrom('', 'Basic eA=='),
      HTTP_FORWARDED: fc
        .array(address, { maxLength: 3 })
        .map((all) => all.map((each) => `for="${each}";proto=https`).join(',')),
      HTTP_X_FORWARDED_FOR: chain,
      HTTP_X_FORWARDED_HOST: host,
      HTTP_X_FORWARDED_PORT: fc.constantFrom('', '81', 'x'),
      HTTP_X_FORWARDED_PROTO: fc.constantFrom('http', 'https', 'https, http', 'x'),
      IIS_WasUrlRewritten: fc.constantFrom('0', '1'),
      ORIG_PATH_INFO: path,
      PATH_INFO: path,
      PATH_TRANSLATED: path.map((text) => `C:\\www${text.replaceAll('/', '\\')}`),
      REDIRECT_HTTP_AUTHORIZATION: fc.constantFrom('', 'Basic eQ=='),
      REMOTE_ADDR: address,
      REMOTE_PORT: fc.constantFrom('1', ''),
      REQUEST_URI: path,
      SCRIPT_FILENAME: path.map((text) => `proxy:fcgi://127.0.0.1:9000${text}`),
      SCRIPT_NAME: path,
      SERVER_SOFTWARE: software,
      UNENCODED_URL: path,
    },
    { requiredKeys: [] },
  )
  .map((record) => new Map(Object.entries(record)));

test('there is a transform here of each kind that is exported', () => {
  const names = new Set(Object.keys(transforms).map((name) => name.split(' ')[0]));
  expect([...names, 'composeParams'].sort()).toEqual(Object.keys(middleware).sort());
});

describe.each(Object.entries(transforms))('%s', (_, transform) => {
  test('done twice is done once, and never changes what it was given', () => {
    fc.assert(
      fc.property(params, (given) => {
        const before = [...given];
        const once = transform(given);
        expect(transform(once)).toBe(once);
        expect([...given]).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test('done twice to what web servers send is done once', () => {
    for (const { params: received } of captures) {
      const once = transform(new Map(received));
      expect(transform(once)).toBe(once);
    }
  });
});
