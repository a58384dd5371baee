import { type RequestDescription, requestParams } from '@fcgi-js/inspector/request';
import { describe, expect, test } from 'vitest';

function described(given: Partial<RequestDescription> = {}): Record<string, string> {
  const params = requestParams({
    bodyLength: undefined,
    cwd: '/srv',
    header: [],
    param: [],
    role: 'responder',
    unset: [],
    url: '/',
    userAgent: 'test/1',
    ...given,
  });
  return Object.fromEntries(params);
}

describe('params of a described request', () => {
  test('are those of a web server', () => {
    expect(described({ url: 'https://example.org:8443/a%2Fb?q=1#part' })).toMatchObject({
      HTTPS: 'on',
      HTTP_HOST: 'example.org:8443',
      HTTP_USER_AGENT: 'test/1',
      QUERY_STRING: 'q=1',
      REQUEST_METHOD: 'GET',
      REQUEST_URI: '/a%2Fb?q=1',
      SERVER_PORT: '8443',
    });
  });

  test('say POST and how long a body is, where there is one', () => {
    const { CONTENT_LENGTH, CONTENT_TYPE, REQUEST_METHOD } = described({ bodyLength: 3 });
    expect([CONTENT_LENGTH, CONTENT_TYPE, REQUEST_METHOD]).toEqual([
      '3',
      'application/x-www-form-urlencoded',
      'POST',
    ]);
    expect(described({ bodyLength: 3, method: 'PUT' })['REQUEST_METHOD']).toBe('PUT');
  });

  test('name the script as nginx does for php-fpm', () => {
    expect(described({ root: 'www', script: 'www/index.php', url: '/index.php/a' })).toMatchObject({
      DOCUMENT_ROOT: '/srv/www',
      PATH_INFO: '/a',
      SCRIPT_FILENAME: '/srv/www/index.php',
      SCRIPT_NAME: '/index.php',
    });
  });

  test('are what header lines, params and names to leave out make of them', () => {
    const params = described({
      header: ['X-A: 1', 'User-Agent:', 'X-Empty;'],
      param: [['REMOTE_USER', 'ann']],
      unset: ['REMOTE_ADDR'],
    });
    expect(params).toMatchObject({ HTTP_X_A: '1', HTTP_X_EMPTY: '', REMOTE_USER: 'ann' });
    expect(params).not.toHaveProperty('HTTP_USER_AGENT');
    expect(params).not.toHaveProperty('REMOTE_ADDR');
  });

  test('of a filter have its file', () => {
    const filterData = { length: 7, modified: 1_700_000_000 };
    expect(described({ filterData, role: 'filter' })).toMatchObject({
      FCGI_DATA_LAST_MOD: '1700000000',
      FCGI_DATA_LENGTH: '7',
    });
  });
});

test.each<[string, Partial<RequestDescription>, RegExp]>([
  ['a URL with a blank', { url: '/a b' }, /write %20/],
  ['a URL without a slash', { url: 'a' }, /"a" is no URL/],
  ['a header line without a colon', { header: ['X'] }, /"X" is no header field/],
  ['a field of the connection', { header: ['Connection: close'] }, /do not pass CONNECTION on/],
  ['a script outside of its root', { root: 'www', script: 'index.php' }, /is not below --root/],
  ['a URL outside of the prefix', { prefix: '/shop', url: '/' }, /shop/],
])('%s is refused with the reason', (_what, given, reason) => {
  expect(() => described(given)).toThrow(expect.objectContaining({ code: 'FCGI_REQUEST_INVALID' }));
  expect(() => described(given)).toThrow(reason);
});
