import { cgiRootFix } from '@fcgi-js/middleware';
import { expect, test } from 'vitest';
import { leavesAlone, result } from './support.ts';

test.each([
  [undefined, { SCRIPT_NAME: '/x.fcgi', PATH_INFO: '/a', REQUEST_URI: '/a' }, '', '/a'],
  ['/', { SCRIPT_NAME: '/x.fcgi', PATH_INFO: '/a' }, '', '/a'],
  ['/shop', { SCRIPT_NAME: '/x.fcgi', PATH_INFO: '/a', REQUEST_URI: '/shop/a' }, '/shop', '/a'],
  ['/shop', { SCRIPT_NAME: '/x.fcgi', PATH_INFO: '/shop/a', REQUEST_URI: '/shop/%61' }, '/shop', '/a'],
  [
    '/shop',
    { SCRIPT_NAME: '/x.fcgi', PATH_INFO: '/shop/a', REQUEST_URI: '/shop/shop/a' },
    '/shop',
    '/shop/a',
  ],
  ['/shop', { SCRIPT_NAME: '/x.fcgi', REQUEST_URI: '/shop' }, '/shop', undefined],
] as const)('with the root %j, %j becomes %j and %j', (root, params, scriptName, pathInfo) => {
  expect(result(cgiRootFix(root), params)).toEqual({
    ...params,
    SCRIPT_NAME: scriptName,
    ...(pathInfo === undefined ? {} : { PATH_INFO: pathInfo }),
  });
});

test.each([
  { SCRIPT_NAME: '/shop', PATH_INFO: '/a', REQUEST_URI: '/other' },
  { SCRIPT_NAME: '/app', PATH_INFO: '/a', REQUEST_URI: '/app/a' },
  { PATH_INFO: '/a', REQUEST_URI: '/a' },
])('%j stays as it is', (params) => {
  expect(leavesAlone(cgiRootFix('/shop'), params)).toBe(true);
});

test('a root that is no path is refused', () => {
  expect(() => cgiRootFix('shop')).toThrow(TypeError);
});
