import { Params } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { type RequestTarget, requestTarget } from '../../src/cgi/request-target.ts';

function originalUrl(params: Readonly<Record<string, string>>): string {
  return targetOf(params)?.originalUrl ?? 'outside';
}

function targetOf(params: Readonly<Record<string, string>>, mount?: string): RequestTarget | undefined {
  return requestTarget(Params.from(Object.entries(params)), mount);
}

describe('the target of a request', () => {
  test.each([
    '/',
    '/foo?a=1&b=%20x',
    '/a%2Fb',
    '/a//b',
    '//foo/bar',
    '/a/../b',
    '/a%25b',
    '/a%3Fb?c=d',
    '/%E4%BD%A0',
    '/caf\xe9',
    '/a;b=c/d',
    '/a+b',
    '/?',
    '/a?b?c',
    '*',
  ])('%j stays as the browser sent it', (target) => {
    expect(originalUrl({ REQUEST_URI: target, QUERY_STRING: 'other' })).toBe(target);
  });

  test.each([
    ['http://other.example/M/foo?x=1', '/M/foo?x=1'],
    ['https://other.example:8443/', '/'],
    ['http://other.example', '/'],
    ['http://other.example?x=1', '/?x=1'],
    ['HTTP://other.example/http://x/', '/http://x/'],
  ])('%j in absolute form, which Apache and h2o pass on, becomes %j', (target, expected) => {
    expect(originalUrl({ REQUEST_URI: target })).toBe(expected);
  });

  test.each([
    ['h2o', { SCRIPT_NAME: '', PATH_INFO: '/*', REQUEST_URI: '*' }],
    ['Cherokee', { SCRIPT_NAME: '', PATH_INFO: '/', REQUEST_URI: '*' }],
  ])('"*" of OPTIONS stays as it is, below no prefix (%s)', (_, params) => {
    expect(targetOf(params)).toEqual({ baseUrl: '', originalUrl: '*', url: '*' });
  });

  test('begins with a slash', () => {
    expect(originalUrl({ REQUEST_URI: 'foo' })).toBe('/foo');
  });

  test.each([
    [{}, '/'],
    [{ QUERY_STRING: 'a=1' }, '/?a=1'],
    [{ REQUEST_URI: '', PATH_INFO: '/a' }, '/a'],
    [{ SCRIPT_NAME: '/app', PATH_INFO: '/a b', QUERY_STRING: 'x=%201' }, '/app/a%20b?x=%201'],
    [{ SCRIPT_NAME: '/app' }, '/app'],
    [{ PATH_INFO: '/caf\xc3\xa9/100%' }, '/caf%C3%A9/100%25'],
    [{ PATH_INFO: '/a?b#c' }, '/a%3Fb%23c'],
    [{ PATH_INFO: '/\0\r\n' }, '/%00%0D%0A'],
    [{ PATH_INFO: "/-._~!$&'()*+,;=:@" }, "/-._~!$&'()*+,;=:@"],
    [{ PATH_INFO: 'x/y', QUERY_STRING: '' }, '/x/y'],
  ] as Array<[Record<string, string>, string]>)(
    'without REQUEST_URI is made of %j: %j',
    (params, expected) => {
      expect(originalUrl(params)).toBe(expected);
    },
  );

  test.each([
    [{ SCRIPT_NAME: '', PATH_INFO: '/a b', REQUEST_URI: '/a b?x=1', QUERY_STRING: 'x=1' }, '/a%20b?x=1'],
    [{ SCRIPT_NAME: '', PATH_INFO: '/a b', REQUEST_URI: '/a b', QUERY_STRING: 'x=1' }, '/a%20b?x=1'],
    [{ SCRIPT_NAME: '', PATH_INFO: '/a b', REQUEST_URI: '/a b', QUERY_STRING: '' }, '/a%20b'],
    [{ SCRIPT_NAME: '', PATH_INFO: '/a ?b', REQUEST_URI: '/a ?b', QUERY_STRING: 'c' }, '/a%20%3Fb?c'],
    [{ SCRIPT_NAME: '', PATH_INFO: '/a ?b', REQUEST_URI: '/a ?b?c', QUERY_STRING: 'c' }, '/a%20%3Fb?c'],
    [
      { SCRIPT_NAME: '/app', PATH_INFO: '/100% \xe9', REQUEST_URI: '/app/100% \xe9?x' },
      '/app/100%25%20%E9?x',
    ],
    [{ SCRIPT_NAME: '/x.fcgi', REQUEST_URI: '/a b?c' }, '/a%20b?c'],
    [{ SCRIPT_NAME: '/a\r\nb', REQUEST_URI: '/a\r\nb' }, '/a%0D%0Ab'],
    [{ PATH_INFO: '/a\0', REQUEST_URI: 'http://h/a\0' }, '/a%00'],
  ] as Array<[Record<string, string>, string]>)(
    'that a configuration has decoded is encoded again: %j',
    (params, expected) => {
      expect(originalUrl(params)).toBe(expected);
    },
  );

  test('has no line ends in its query, from wherever it comes', () => {
    expect(originalUrl({ PATH_INFO: '/a', REQUEST_URI: '/a?b\r\nX: y' })).toBe('/a?b%0D%0AX:%20y');
    expect(originalUrl({ PATH_INFO: '/a', QUERY_STRING: 'b\r\n\0' })).toBe('/a?b%0D%0A%00');
  });

  test.each([
    ['/a?b', '/a%3Fb'],
    ['/a#b', '/a%23b'],
    ['/a{b}', '/a%7Bb%7D'],
  ])('has %j encoded where Cherokee has decoded it in REQUEST_URI, too', (path, expected) => {
    for (const query of ['', 'c=d']) {
      const end = query === '' ? '' : `?${query}`;
      expect(
        originalUrl({
          SERVER_SOFTWARE: 'Cherokee/1.2.104 (UNIX)',
          SCRIPT_NAME: '',
          PATH_INFO: path,
          REQUEST_URI: path + end,
          QUERY_STRING: query,
        }),
      ).toBe(expected + end);
    }
  });
});

test('dot segments that the web server leaves to the application stay, also with a script in the way', () => {
  const params = { SCRIPT_NAME: '/x.fcgi', PATH_INFO: '/../b', REQUEST_URI: '/../b' };
  expect(targetOf(params)).toEqual({ baseUrl: '', originalUrl: '/../b', url: '/../b' });
});

test.each([
  ['/app', '/..%2F%25'],
  ['/app', '/a%2F%25'],
  ['/app', '//%2e/'],
])('%j followed by %j very many times is looked through in one go', (prefix, piece) => {
  const params = { SCRIPT_NAME: prefix, PATH_INFO: '/x', REQUEST_URI: prefix + piece.repeat(20_000) };
  expect(targetOf(params)).toBeDefined();
  expect(targetOf(params, prefix)?.baseUrl ?? '/app').toBe('/app');
});
