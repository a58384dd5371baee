import { lighttpdCgiRootFix } from '@fcgi-js/middleware';
import { expect, test } from 'vitest';
import { leavesAlone, result } from './support.ts';

const SERVER_SOFTWARE = 'lighttpd/1.4.19';

test.each([
  [{ SCRIPT_NAME: '/news', PATH_INFO: '/today', REQUEST_URI: '/news/today?a' }, '/news/today'],
  [{ SCRIPT_NAME: '/a', PATH_INFO: '/b', REQUEST_URI: '//a%2Fb' }, '/a/b'],
  [{ SCRIPT_NAME: '/news', REQUEST_URI: '/news' }, '/news'],
  [{ SCRIPT_NAME: '/', PATH_INFO: '', REQUEST_URI: '/' }, '/'],
  [{ SCRIPT_NAME: '/news', PATH_INFO: '/today' }, '/news/today'],
])('%j is put together again', (params, path) => {
  const given = { ...params, SERVER_SOFTWARE };
  expect(result(lighttpdCgiRootFix(), given)).toEqual({ ...given, SCRIPT_NAME: '', PATH_INFO: path });
});

test.each([
  { SCRIPT_NAME: '', PATH_INFO: '/a', REQUEST_URI: '/a', SERVER_SOFTWARE },
  { PATH_INFO: '/a', SERVER_SOFTWARE },
  { SCRIPT_NAME: '/app.fcgi', PATH_INFO: '/a', REQUEST_URI: '/a', SERVER_SOFTWARE },
  { SCRIPT_NAME: '/app', PATH_INFO: '/a', REQUEST_URI: '/app/a', SERVER_SOFTWARE: 'nginx/1.22.1' },
  { SCRIPT_NAME: '/app', PATH_INFO: '/a', REQUEST_URI: '/app/a' },
])('%j stays as it is', (params) => {
  expect(leavesAlone(lighttpdCgiRootFix(), params)).toBe(true);
});
