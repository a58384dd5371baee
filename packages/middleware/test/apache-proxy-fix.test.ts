import { apacheProxyFix } from '@fcgi-js/middleware';
import { expect, test } from 'vitest';
import { leavesAlone, result } from './support.ts';

test.each([
  ['/foo', 'proxy:fcgi://127.0.0.1:9000/foo', ['', '/foo', '/foo']],
  ['/app/foo', 'proxy:fcgi://127.0.0.1:9000/foo', ['/app', '/foo', '/foo']],
  ['/app/', 'proxy:fcgi://localhost/', ['/app', '/', '/']],
  ['/app', 'proxy:fcgi://localhost', ['/app', '', '']],
  ['/app/a b/', 'proxy:balancer://pool/srv/x.fcgi/a%20b/?q=1', ['/app', '/a b/', '/srv/x.fcgi/a%20b/']],
  ['//app/foo', 'proxy:fcgi://localhost/foo', ['/app', '/foo', '/foo']],
  ['/app/foo', 'proxy:fcgi://localhost/index.php', ['', '/app/foo', '/index.php']],
  ['/foo', 'proxy:fcgi://localhost//srv/www/foo', ['', '/foo', '/srv/www/foo']],
] as const)('%j with %j', (scriptName, file, [SCRIPT_NAME, PATH_INFO, SCRIPT_FILENAME]) => {
  const given = { SCRIPT_NAME: scriptName, SCRIPT_FILENAME: file };
  expect(result(apacheProxyFix(), given)).toEqual({ SCRIPT_NAME, PATH_INFO, SCRIPT_FILENAME });
});

test('a PATH_INFO that came is left as it is', () => {
  const given = { SCRIPT_NAME: '/app', PATH_INFO: '/foo', SCRIPT_FILENAME: 'proxy:fcgi://localhost/foo' };
  expect(result(apacheProxyFix(), given)).toEqual({ ...given, SCRIPT_FILENAME: '/foo' });
});

test('without SCRIPT_NAME there is nothing to split', () => {
  expect(result(apacheProxyFix(), { SCRIPT_FILENAME: 'proxy:fcgi://localhost/' })).toEqual({
    SCRIPT_NAME: '',
    PATH_INFO: '',
    SCRIPT_FILENAME: '/',
  });
});

test.each([{}, { SCRIPT_NAME: '/app/foo', SCRIPT_FILENAME: '/srv/proxy:fcgi://x/foo' }])(
  '%j stays as it is',
  (params) => {
    expect(leavesAlone(apacheProxyFix(), params)).toBe(true);
  },
);
