import { iisFix } from '@fcgi-js/middleware';
import { expect, test } from 'vitest';
import { leavesAlone, result } from './support.ts';

const SERVER_SOFTWARE = 'Microsoft-IIS/7.5';

test.each([
  [{ SCRIPT_NAME: '/app.fcgi', PATH_INFO: '/app.fcgi/a' }, { PATH_INFO: '/a' }],
  [{ SCRIPT_NAME: '/x', PATH_INFO: '/x/x/a' }, { PATH_INFO: '/x/a' }],
  [
    { SCRIPT_NAME: '/a/b', PATH_INFO: '/a/b', PATH_TRANSLATED: 'C:\\inetpub\\wwwroot\\a\\b' },
    { SCRIPT_NAME: '' },
  ],
  [
    { SCRIPT_NAME: '/x/a/b', PATH_INFO: '/x/a/b', PATH_TRANSLATED: 'C:\\www\\a\\b' },
    { SCRIPT_NAME: '/x', PATH_INFO: '/a/b' },
  ],
  [{ SCRIPT_NAME: '/x', PATH_INFO: '/x', PATH_TRANSLATED: 'C:\\www' }, { PATH_INFO: '' }],
  [{ SCRIPT_NAME: '/a', PATH_INFO: '/a' }, { SCRIPT_NAME: '' }],
  [{ UNENCODED_URL: '/a%2Fb?c' }, { REQUEST_URI: '/a%2Fb?c' }],
  [{ UNENCODED_URL: '/a', REQUEST_URI: '/index.js', IIS_WasUrlRewritten: '1' }, { REQUEST_URI: '/a' }],
])('%j becomes %j', (params, changes) => {
  const given = { ...params, SERVER_SOFTWARE };
  expect(result(iisFix(), given)).toEqual({ ...given, ...changes });
});

test.each([
  { SCRIPT_NAME: '/app', PATH_INFO: '/app/a', SERVER_SOFTWARE: 'nginx/1.22.1' },
  { SCRIPT_NAME: '/app', PATH_INFO: '/app/a' },
  { SCRIPT_NAME: '', PATH_INFO: '/a', SERVER_SOFTWARE },
  { SCRIPT_NAME: '/app', PATH_INFO: '/a', SERVER_SOFTWARE },
  { SCRIPT_NAME: '/app', SERVER_SOFTWARE },
  { SCRIPT_NAME: '/x', PATH_INFO: '/x/a', ORIG_PATH_INFO: '/x/x/a', SERVER_SOFTWARE },
  { REQUEST_URI: '/a', UNENCODED_URL: '/b', SERVER_SOFTWARE },
  { REQUEST_URI: '/a', HTTP_X_ORIGINAL_URL: '/b', IIS_WasUrlRewritten: '1', SERVER_SOFTWARE },
])('%j stays as it is', (params) => {
  expect(leavesAlone(iisFix(), params)).toBe(true);
});
