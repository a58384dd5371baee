import { scriptNamePrefix } from '@fcgi-js/middleware';
import { expect, test } from 'vitest';
import { leavesAlone, result } from './support.ts';

test.each([
  ['/app', { SCRIPT_NAME: '', PATH_INFO: '/a', REQUEST_URI: '/a?b' }, ['/app', '/a', '/app/a?b']],
  ['/app', { PATH_INFO: '/a', REQUEST_URI: '/app/a' }, ['/app', '/a', '/app/a']],
  ['/app', { SCRIPT_NAME: '', PATH_INFO: '/app/a', REQUEST_URI: '/app/a' }, ['/app', '/a', '/app/a']],
  ['/app', { SCRIPT_NAME: '/app/a', REQUEST_URI: '/%61pp/a' }, ['/app', '/a', '/%61pp/a']],
  ['/app', { SCRIPT_NAME: '/app', PATH_INFO: '/a', REQUEST_URI: '/a' }, ['/app', '/a', '/app/a']],
  ['/app', { SCRIPT_NAME: '/', PATH_INFO: 'a', REQUEST_URI: '/a' }, ['/app', '/a', '/app/a']],
  [
    '/app',
    { SCRIPT_NAME: '/application', REQUEST_URI: '/application' },
    ['/app', '/application', '/app/application'],
  ],
  ['/my app', { PATH_INFO: '/a', REQUEST_URI: '/a' }, ['/my app', '/a', '/my%20app/a']],
  ['/app', { PATH_INFO: '/a', REQUEST_URI: 'http://host/a' }, ['/app', '/a', 'http://host/a']],
  ['/', { SCRIPT_NAME: '/a', PATH_INFO: '/b', REQUEST_URI: '/a/b' }, ['', '/a/b', '/a/b']],
] as const)('%j before %j', (prefix, params, [SCRIPT_NAME, PATH_INFO, REQUEST_URI]) => {
  expect(result(scriptNamePrefix(prefix), params)).toEqual({ SCRIPT_NAME, PATH_INFO, REQUEST_URI });
});

test('where there is no REQUEST_URI, none is made', () => {
  expect(result(scriptNamePrefix('/app'), {})).toEqual({ SCRIPT_NAME: '/app', PATH_INFO: '' });
});

test('params that have the prefix stay as they are', () => {
  const params = { SCRIPT_NAME: '/app', PATH_INFO: '/a', REQUEST_URI: '/app/a' };
  expect(leavesAlone(scriptNamePrefix('/app/'), params)).toBe(true);
});

test('a prefix that is no path is refused', () => {
  expect(() => scriptNamePrefix('http://host/app')).toThrow(TypeError);
});
