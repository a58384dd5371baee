import { Params } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { requestTarget } from '../../src/cgi/request-target.ts';

function originalUrl(params: Readonly<Record<string, string>>): string {
  return requestTarget(Params.from(Object.entries(params))).originalUrl;
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

  test('begins with a slash', () => {
    expect(originalUrl({ REQUEST_URI: 'foo' })).toBe('/foo');
  });

  test.each([
    [{}, '/'],
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
});
