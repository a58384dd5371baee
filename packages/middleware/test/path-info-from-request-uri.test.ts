import { pathInfoFromRequestUri } from '@fcgi-js/middleware';
import { expect, test } from 'vitest';
import { leavesAlone, result } from './support.ts';

test.each([
  [{ SCRIPT_NAME: '', PATH_INFO: '/a/b', REQUEST_URI: '/a//b?c' }, '/a//b'],
  [{ SCRIPT_NAME: '/app', PATH_INFO: '/b', REQUEST_URI: '/app/a/../b' }, '/a/../b'],
  [{ SCRIPT_NAME: '/app', PATH_INFO: '/?', REQUEST_URI: '/app/%E4%BD%A0%2525' }, '/\xe4\xbd\xa0%25'],
  [{ PATH_INFO: '/?', REQUEST_URI: '', UNENCODED_URL: '/caf%C3%A9' }, '/caf\xc3\xa9'],
  [{ SCRIPT_NAME: '/app', PATH_INFO: '/', REQUEST_URI: '/app' }, ''],
])('%j gets the PATH_INFO %j', (params, pathInfo) => {
  expect(result(pathInfoFromRequestUri(), params)).toEqual({ ...params, PATH_INFO: pathInfo });
});

test.each([
  {},
  { PATH_INFO: '/', REQUEST_URI: '*' },
  { SCRIPT_NAME: '/app.fcgi', PATH_INFO: '/a', REQUEST_URI: '/a' },
  { SCRIPT_NAME: '/app', PATH_INFO: '/a', REQUEST_URI: '/application/a' },
  { SCRIPT_NAME: '/app', PATH_INFO: '/a', REQUEST_URI: '/app/a' },
])('%j stays as it is', (params) => {
  expect(leavesAlone(pathInfoFromRequestUri(), params)).toBe(true);
});
