import { Params } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { type RequestTarget, requestTarget } from '../../src/cgi/request-target.ts';

function targetOf(params: Readonly<Record<string, string>>, mount?: string): RequestTarget | undefined {
  return requestTarget(Params.from(Object.entries(params)), mount);
}

const M = '/app';

/** Behind which web servers an application below a prefix needs no option; none of these is among the captures. */
describe('the prefix', () => {
  test.each([
    ['nginx, %2F', { SCRIPT_NAME: M, PATH_INFO: '/a/b', REQUEST_URI: '/app/a%2Fb?c' }, '/a%2Fb?c'],
    ['nginx, two slashes', { SCRIPT_NAME: M, PATH_INFO: '/a/b', REQUEST_URI: '/app/a//b' }, '/a//b'],
    ['nginx, two slashes first', { SCRIPT_NAME: M, PATH_INFO: '/foo', REQUEST_URI: '//app/foo' }, '/foo'],
    [
      'nginx, dot segments',
      { SCRIPT_NAME: M, PATH_INFO: '/b', REQUEST_URI: '/app/a/%2e%2e/b' },
      '/a/%2e%2e/b',
    ],
    ['nginx, other folder', { SCRIPT_NAME: M, PATH_INFO: '/x', REQUEST_URI: '/other/../app/x' }, '/x'],
    ['nginx, out and in again', { SCRIPT_NAME: M, PATH_INFO: '/x', REQUEST_URI: '/app/../app/x?y' }, '/x?y'],
    ['nginx, encoded prefix', { SCRIPT_NAME: M, PATH_INFO: '/foo', REQUEST_URI: '/%61pp/foo' }, '/foo'],
    [
      'nginx, encoded slash after it',
      { SCRIPT_NAME: M, PATH_INFO: '/foo', REQUEST_URI: '/app%2Ffoo' },
      '/foo',
    ],
    [
      'nginx, question mark',
      { SCRIPT_NAME: M, PATH_INFO: '/a?b', REQUEST_URI: '/app/a%3Fb?c=d' },
      '/a%3Fb?c=d',
    ],
    [
      'nginx, CR LF',
      {
        SCRIPT_NAME: '/app/a\r\nb',
        PATH_INFO: '',
        REQUEST_URI: '/app/a%0D%0Ab',
        SERVER_SOFTWARE: 'nginx/1.22.1',
      },
      undefined,
    ],
    ['nginx, no PATH_INFO', { SCRIPT_NAME: '/app/foo', REQUEST_URI: '/app/foo' }, undefined],
    [
      'Apache, NoDecode',
      { SCRIPT_NAME: M, PATH_INFO: '/a%2Fb%c', REQUEST_URI: '/app/a%2fb%25c' },
      '/a%2fb%25c',
    ],
    ['Apache, absolute', { SCRIPT_NAME: M, PATH_INFO: '/foo', REQUEST_URI: 'http://o/app/foo?x' }, '/foo?x'],
    ['Caddy, dot segments', { SCRIPT_NAME: M, PATH_INFO: '/b', REQUEST_URI: '/app/a/../b' }, '/a/../b'],
    ['Caddy, other case', { SCRIPT_NAME: M, PATH_INFO: '/b', REQUEST_URI: '/APP/b' }, '/b'],
    [
      'HAProxy, dot segments',
      { SCRIPT_NAME: M, PATH_INFO: '/a/../b', REQUEST_URI: '/app/a/../b' },
      '/a/../b',
    ],
    ['a slash at its end', { SCRIPT_NAME: '/app/', PATH_INFO: 'foo', REQUEST_URI: '/app/foo' }, '/foo'],
    ['a script in its folder', { SCRIPT_NAME: '/app/x.fcgi', PATH_INFO: '/a', REQUEST_URI: '/app/a' }, '/a'],
    ['an empty PATH_INFO', { SCRIPT_NAME: M, PATH_INFO: '', REQUEST_URI: '/app?x' }, '/?x'],
    [
      'an empty PATH_INFO of nginx',
      { SCRIPT_NAME: M, PATH_INFO: '', REQUEST_URI: '/app', SERVER_SOFTWARE: 'nginx/1.22.1' },
      '/',
    ],
    [
      'Caddy, SCRIPT_NAME set',
      {
        SCRIPT_NAME: M,
        PATH_INFO: '',
        REQUEST_URI: '/app',
        DOCUMENT_URI: '',
        SCRIPT_FILENAME: '/srv/app',
        SERVER_SOFTWARE: 'Caddy/2.6.2',
      },
      '/',
    ],
    ['no slash first', { SCRIPT_NAME: 'app', PATH_INFO: '/x', REQUEST_URI: '/app/x' }, '/x'],
    ['a page of its own name', { SCRIPT_NAME: M, PATH_INFO: M, REQUEST_URI: '/app/app' }, M],
    ['a script as index of its folder', { SCRIPT_NAME: '/app/x.fcgi', REQUEST_URI: '/app/' }, '/'],
    ['… without a slash', { SCRIPT_NAME: '/app/x.cgi', PATH_INFO: '', REQUEST_URI: '/app' }, '/'],
    [
      'a front controller in its folder',
      { SCRIPT_NAME: '/app/x.php', REQUEST_URI: '/app/a%20b?c' },
      '/a%20b?c',
    ],
    [
      'a file of Apache in its folder',
      {
        SCRIPT_NAME: '/app/program',
        REQUEST_URI: '/app/a',
        CONTEXT_PREFIX: '',
        CONTEXT_DOCUMENT_ROOT: '/var/www',
        SCRIPT_FILENAME: '/var/www/app/program',
      },
      '/a',
    ],
    ['no REQUEST_URI', { SCRIPT_NAME: M, PATH_INFO: '/a b', QUERY_STRING: 'c' }, '/a%20b?c'],
    ['a path rewritten below it', { SCRIPT_NAME: M, PATH_INFO: '/new', REQUEST_URI: '/app/old' }, '/new'],
  ] as Array<[string, Record<string, string>, string | undefined]>)('%s: %j', (_, params, url) => {
    const target = targetOf(params);
    expect(target).toMatchObject(url === undefined ? { baseUrl: '' } : { baseUrl: M, url });
    // Whoever names the prefix gets the same, also where the params do not prove it.
    expect(targetOf(params, M)).toMatchObject({ ...target, baseUrl: M, url: url ?? expect.any(String) });
  });

  test.each([
    ['nginx as it comes', { SCRIPT_NAME: '/a/b', REQUEST_URI: '/a/b' }],
    [
      'a script that REQUEST_URI does not name',
      { SCRIPT_NAME: '/x.fcgi', PATH_INFO: '/a/b', REQUEST_URI: '/a/b' },
    ],
    ['a front controller', { SCRIPT_NAME: '/x.fcgi', REQUEST_URI: '/a/b' }],
    ['a front controller in another folder', { SCRIPT_NAME: '/b/x.fcgi', REQUEST_URI: '/a/b' }],
    ['a page that another one was rewritten to', { SCRIPT_NAME: '/a/new', REQUEST_URI: '/a/b' }],
    ['… and that is a file', { SCRIPT_NAME: '/a/new.html', REQUEST_URI: '/a/b' }],
    [
      'nginx, PATH_INFO $fastcgi_script_name',
      { SCRIPT_NAME: '/a/b', PATH_INFO: '/a/b', REQUEST_URI: '/a/b', SERVER_SOFTWARE: 'nginx/1.22.1' },
    ],
    ['… whoever the server is', { SCRIPT_NAME: '/a/b', PATH_INFO: '/a/b', REQUEST_URI: '/a/b' }],
    ['… and a rewritten path', { SCRIPT_NAME: '/a/b', PATH_INFO: '/a/b', REQUEST_URI: '/old/x' }],
    [
      'nginx, fastcgi_split_path_info for .php',
      {
        SCRIPT_NAME: '/a/b',
        PATH_INFO: '',
        REQUEST_URI: '/a/b',
        DOCUMENT_URI: '/a/b',
        SCRIPT_FILENAME: '/srv/a/b',
      },
    ],
    [
      'Caddy, split .php',
      {
        SCRIPT_NAME: '/a/b',
        PATH_INFO: '',
        REQUEST_URI: '/a/b',
        DOCUMENT_URI: '/a/b',
        SCRIPT_FILENAME: '/srv/a/b',
        SERVER_SOFTWARE: 'Caddy/2.6.2',
      },
    ],
    ['an empty PATH_INFO alone', { SCRIPT_NAME: '/a/b', PATH_INFO: '', REQUEST_URI: '/a/b' }],
    ['SCRIPT_NAME /', { SCRIPT_NAME: '/', PATH_INFO: 'a/b', REQUEST_URI: '/a/b' }],
    ['IIS', { SCRIPT_NAME: '/a/b', PATH_INFO: '/a/b', SERVER_SOFTWARE: 'Microsoft-IIS/7.5' }],
    ['h2o, absolute', { PATH_INFO: '/http://o/a/b', REQUEST_URI: 'http://o/a/b', SCRIPT_NAME: '' }],
    ['a path rewritten by the web server', { SCRIPT_NAME: '', PATH_INFO: '/a/b', REQUEST_URI: '/old' }],
    ['… and a script', { SCRIPT_NAME: '/x.fcgi', PATH_INFO: '/a/b', REQUEST_URI: '/old' }],
    [
      'lighttpd and an empty PATH_INFO',
      { SCRIPT_NAME: '/a/b', PATH_INFO: '', REQUEST_URI: '/a/b', SERVER_SOFTWARE: 'lighttpd/1.4.18' },
    ],
  ] as Array<[string, Record<string, string>]>)('is not made up: %s', (_, params) => {
    expect(targetOf(params)).toEqual({ baseUrl: '', originalUrl: '/a/b', url: '/a/b' });
  });

  test.each([
    { SCRIPT_NAME: '/news', PATH_INFO: '/news', REQUEST_URI: '/news' },
    { SCRIPT_NAME: '/news/', PATH_INFO: '/news/', REQUEST_URI: '/news/' },
    { SCRIPT_NAME: '/', PATH_INFO: '/', REQUEST_URI: '/' },
    { SCRIPT_NAME: '/a b', PATH_INFO: '/a b', REQUEST_URI: '/a%20b' },
    { SCRIPT_NAME: '/a/b', PATH_INFO: '/a/b', REQUEST_URI: '/a//x/../b?c' },
    { SCRIPT_NAME: '/news', PATH_INFO: '', REQUEST_URI: '/news', DOCUMENT_URI: '/news' },
    { SCRIPT_NAME: '/news/', PATH_INFO: '', REQUEST_URI: '/news/', DOCUMENT_URI: '/news/' },
    { SCRIPT_NAME: '/news', PATH_INFO: '', REQUEST_URI: '/news', SCRIPT_FILENAME: '/srv/news' },
    { SCRIPT_NAME: '/app.fcgi', REQUEST_URI: '/app.fcgi', SCRIPT_FILENAME: '/srv/app.fcgi' },
  ] as Array<Record<string, string>>)('is not a page of the root: %j', (params) => {
    const { REQUEST_URI: url } = params;
    expect(targetOf(params)).toEqual({ baseUrl: '', originalUrl: url, url });
  });

  test('is a file that Apache runs, where a browser asks for it by its name', () => {
    const params = {
      SCRIPT_NAME: '/a/app.fcgi',
      CONTEXT_PREFIX: '',
      CONTEXT_DOCUMENT_ROOT: '/var/www',
      SCRIPT_FILENAME: '/var/www/a/app.fcgi',
    };
    for (const [uri, url] of [
      ['/a/app.fcgi', '/'],
      ['/a/app.fcgi?x', '/?x'],
    ]) {
      expect(targetOf({ ...params, REQUEST_URI: uri! })).toMatchObject({ baseUrl: '/a/app.fcgi', url });
    }
    expect(targetOf({ ...params, REQUEST_URI: '/a/app.fcgi/x', PATH_INFO: '/x' })).toMatchObject({
      baseUrl: '/a/app.fcgi',
      url: '/x',
    });
  });

  test.each([
    [{ SCRIPT_NAME: '/x', PATH_INFO: '/x/a', SERVER_SOFTWARE: 'Microsoft-IIS/6.0' }, '/x', '/a'],
    [{ SCRIPT_NAME: '/M/a', SCRIPT_FILENAME: 'proxy:fcgi://h:1/a', REQUEST_URI: '/M/a' }, '/M', '/a'],
    [
      { SCRIPT_NAME: '/M/a/b', SCRIPT_FILENAME: 'proxy:balancer://c/srv/x/a/b?q', REQUEST_URI: '/M/a/b?q' },
      '/M',
      '/a/b?q',
    ],
    [{ SCRIPT_NAME: '/M/a/b', SCRIPT_FILENAME: 'proxy:fcgi://h/x', REQUEST_URI: '/M/a/b' }, '', '/M/a/b'],
    [
      { SCRIPT_NAME: '/M/a b', SCRIPT_FILENAME: 'proxy:fcgi://h/a%20b', REQUEST_URI: '/M/a%20b' },
      '/M',
      '/a%20b',
    ],
    [{ SCRIPT_NAME: '/M', CONTEXT_PREFIX: '/M', REQUEST_URI: '/M' }, '/M', '/'],
    [{ SCRIPT_NAME: '/cgi/x', CONTEXT_PREFIX: '/cgi/', REQUEST_URI: '/cgi/x?a' }, '/cgi/x', '/?a'],
    [{ SCRIPT_NAME: '/N', CONTEXT_PREFIX: '/M', REQUEST_URI: '/N' }, '', '/N'],
    [{ SCRIPT_NAME: '/my app', PATH_INFO: '/a', REQUEST_URI: '/my%20app/a' }, '/my%20app', '/a'],
    [
      { SCRIPT_NAME: '/M', PATH_INFO: '/a', REQUEST_URI: '/a', SERVER_SOFTWARE: 'lighttpd/1.4.69' },
      '/M',
      '/a',
    ],
  ] as Array<[Record<string, string>, string, string]>)('of %j is %j', (params, baseUrl, url) => {
    expect(targetOf(params)).toMatchObject({ baseUrl, url });
  });

  test('may be taken off REQUEST_URI by the web server, if it is named', () => {
    const params = { SCRIPT_NAME: '/app', PATH_INFO: '/a', REQUEST_URI: '/a?b' };
    expect(targetOf(params)).toEqual({ baseUrl: '', originalUrl: '/a?b', url: '/a?b' });
    expect(targetOf(params, '/app')).toEqual({ baseUrl: '/app', originalUrl: '/app/a?b', url: '/a?b' });
  });

  test('is the root where the root is named, whatever SCRIPT_NAME says', () => {
    const params = { SCRIPT_NAME: '/a', PATH_INFO: '/b', REQUEST_URI: '/a/b' };
    expect(targetOf(params)).toMatchObject({ baseUrl: '/a' });
    expect(targetOf(params, '')).toEqual({ baseUrl: '', originalUrl: '/a/b', url: '/a/b' });
  });

  test.each([
    { SCRIPT_NAME: '', PATH_INFO: '/application', REQUEST_URI: '/application' },
    { SCRIPT_NAME: '/app', PATH_INFO: 'lication/x', REQUEST_URI: '/application/x' },
    { SCRIPT_NAME: '/application', PATH_INFO: '/x', REQUEST_URI: '/application/x' },
    { SCRIPT_NAME: '', PATH_INFO: '/b', REQUEST_URI: '/app/../b' },
    { SCRIPT_NAME: '', PATH_INFO: '/', REQUEST_URI: '/' },
    { SCRIPT_NAME: '', PATH_INFO: '/', REQUEST_URI: '*' },
    { SCRIPT_NAME: '', PATH_INFO: '/APP', REQUEST_URI: '/APP' },
    {},
  ])('that is named does not hold %j', (params) => {
    expect(targetOf(params, '/app')).toBeUndefined();
  });

  test.each([
    '/app/..',
    '/app/../admin',
    '/app/%2e%2e/admin',
    '/app/.%2E/admin',
    '/app/x/../../admin',
    '/app//../../admin',
    '/app/\\..\\..\\admin',
    '/app/..\\admin',
    '/app/..%2Fadmin',
    '/app/a%2F..%2F..%2Fadmin',
    '/app/..#/x',
    '/app/../app/../admin',
    '/other//../app/x',
  ])('is not left by the dot segments of %j: 404, whether it is named or proven', (uri) => {
    const decoded = decodeURIComponent(uri);
    const split = { SCRIPT_NAME: '/app', PATH_INFO: decoded.slice('/app'.length), REQUEST_URI: uri };
    const whole = { SCRIPT_NAME: '', PATH_INFO: decoded, REQUEST_URI: uri };
    expect(targetOf(split, '/app')).toBeUndefined();
    expect(targetOf(whole, '/app')).toBeUndefined();
    expect(targetOf({ REQUEST_URI: uri }, '/app')).toBeUndefined();
    expect(targetOf(split)?.baseUrl ?? '').toBe('');
    // At the root there is no prefix to leave.
    expect(targetOf(whole, '')).toMatchObject({ originalUrl: uri, url: uri });
  });

  test.each([
    ['/app/a/../b', '/a/../b'],
    ['/app/../app/b', '/b'],
    ['/app/a%2F..%2Fb', '/a%2F..%2Fb'],
    ['/app/..a/b..', '/..a/b..'],
    ['/app/a?/../../b', '/a?/../../b'],
  ])('may have dot segments below it: %j', (uri, url) => {
    const [sent = ''] = uri.split('?');
    const params = { SCRIPT_NAME: '', PATH_INFO: decodeURIComponent(sent), REQUEST_URI: uri };
    expect(targetOf(params, '/app')).toEqual({ baseUrl: '/app', originalUrl: uri, url });
  });

  test('does not end in the middle of a name', () => {
    expect(
      targetOf({ SCRIPT_NAME: '/app', PATH_INFO: 'lication', REQUEST_URI: '/application' }),
    ).toBeUndefined();
  });

  test('does not end in the middle of a name where the request was rewritten either', () => {
    expect(
      targetOf({ SCRIPT_NAME: '/app', PATH_INFO: 'lication', REQUEST_URI: '/rewritten' }),
    ).toBeUndefined();
  });

  test('that is named may be cut in two by the web server', () => {
    const params = { SCRIPT_NAME: '/app', PATH_INFO: 'lication/x', REQUEST_URI: '/application/x' };
    expect(targetOf(params, '/application')).toMatchObject({ baseUrl: '/application', url: '/x' });
  });
});
