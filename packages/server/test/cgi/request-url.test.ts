import { Params } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { absoluteUrl, isEncrypted } from '../../src/cgi/request-url.ts';

const of = (params: Readonly<Record<string, string>>) => Params.from(Object.entries(params));

describe('a connection is encrypted', () => {
  test.each([
    [{ HTTPS: 'on' }, true],
    [{ HTTPS: 'ON' }, true],
    [{ HTTPS: '1' }, true],
    [{ HTTPS: 'yes' }, true],
    [{ HTTPS: 'off' }, false],
    [{ HTTPS: '' }, false],
    [{ HTTPS: '0' }, false],
    [{}, false],
    [{ REQUEST_SCHEME: 'https' }, true],
    [{ REQUEST_SCHEME: 'http' }, false],
    [{ HTTPS: 'off', REQUEST_SCHEME: 'https' }, true],
    [{ HTTP_X_FORWARDED_PROTO: 'https' }, false],
  ] as Array<[Record<string, string>, boolean]>)('with %j: %s', (params, encrypted) => {
    expect(isEncrypted(of(params))).toBe(encrypted);
  });
});

describe('the URL of a request', () => {
  test.each([
    [{ HTTP_HOST: 'app.example' }, '/', 'http://app.example/'],
    [{ HTTP_HOST: 'app.example:8080' }, '/a?b=c', 'http://app.example:8080/a?b=c'],
    [{ HTTP_HOST: 'app.example', HTTPS: 'on' }, '/', 'https://app.example/'],
    [{ HTTP_HOST: '[2001:db8::1]:80' }, '/', 'http://[2001:db8::1]:80/'],
    [{ HTTP_HOST: 'app.example' }, '/caf\xc3\xa9 \x01', 'http://app.example/caf%C3%A9%20%01'],
    [{ HTTP_HOST: 'app.example' }, '/a%2Fb//c', 'http://app.example/a%2Fb//c'],
    [{ HTTP_HOST: 'app.example' }, '*', 'http://app.example/*'],
    [{ SERVER_NAME: 'server.example', SERVER_PORT: '80' }, '/', 'http://server.example/'],
    [{ SERVER_NAME: 'server.example', SERVER_PORT: '8080' }, '/', 'http://server.example:8080/'],
    [{ SERVER_NAME: 'server.example', SERVER_PORT: '443', HTTPS: 'on' }, '/', 'https://server.example/'],
    [{ SERVER_NAME: 'server.example', SERVER_PORT: '443' }, '/', 'http://server.example:443/'],
    [{ SERVER_NAME: 'server.example:90', SERVER_PORT: '90' }, '/', 'http://server.example:90/'],
    [{ SERVER_NAME: 'server.example', SERVER_PORT: '' }, '/', 'http://server.example/'],
    [{ HTTP_HOST: '', SERVER_NAME: 'server.example' }, '/', 'http://server.example/'],
    [{}, '/', 'http://localhost/'],
    [{ SERVER_NAME: '' }, '/', 'http://localhost/'],
    [{ SERVER_NAME: '', SERVER_PORT: '8080' }, '/', 'http://localhost:8080/'],
    [{ SERVER_NAME: '', SERVER_ADDR: '192.0.2.1', SERVER_PORT: '8080' }, '/', 'http://192.0.2.1:8080/'],
    [{ SERVER_NAME: '~^(?<x>.+)\\.example$', SERVER_ADDR: '2001:db8::1' }, '/', 'http://[2001:db8::1]/'],
    [{ SERVER_NAME: '::1', SERVER_PORT: '81' }, '/', 'http://[::1]:81/'],
    [{ SERVER_NAME: 'a/b', SERVER_ADDR: 'unix:', SERVER_PORT: 'x' }, '/', 'http://localhost/'],
    [{ HTTP_HOST: 'h' }, '/..\\admin/x', 'http://h/..%5Cadmin/x'],
    [{ HTTP_HOST: 'h' }, '/a\\b#c?d\\e#f', 'http://h/a%5Cb%23c?d\\e%23f'],
    [{ HTTP_HOST: 'h' }, '/a"<>^`{|}[]b', 'http://h/a%22%3C%3E%5E%60%7B|%7D[]b'],
    [{ HTTP_HOST: 'h' }, '//other.example/x', 'http://h//other.example/x'],
    [{ HTTP_HOST: 'h' }, '/\t/x\r\n?\t\n', 'http://h/%09/x%0D%0A?%09%0A'],
  ] as Array<[Record<string, string>, string, string]>)('with %j, target %j: %s', (params, target, url) => {
    expect(absoluteUrl(of(params), target)).toBe(url);
  });

  test.each([
    'app.example/evil',
    'user@app.example',
    'a b',
    'app.example?x',
    'app.example#x',
    'a:b:c',
    '[::1',
    'app\\x',
    'app.example#',
    '/app.example',
    'app.example\t',
    'app\r\n.example',
    'app.example\0',
    'app%2Eexample',
    'app%40example',
    'app\xadx.example',
    'caf\xc3\xa9.example',
    ':80',
    'app.example:80:80',
    'app.example:8o',
  ])('does not exist where the Host field is none: %j', (host) => {
    expect(absoluteUrl(of({ HTTP_HOST: host }), '/')).toBeUndefined();
  });
});

describe('a path with dot segments', () => {
  const url = (sent: string, judged: Readonly<Record<string, string>>) => {
    return absoluteUrl(of({ HTTP_HOST: 'h', REQUEST_URI: sent, ...judged }), sent);
  };

  test('is resolved where the web server has resolved it to the same path', () => {
    expect(url('/a/../b', { SCRIPT_NAME: '', PATH_INFO: '/b' })).toBe('http://h/a/../b');
    expect(url('/a/%2e%2E/b%20c', { SCRIPT_NAME: '/b c' })).toBe('http://h/a/%2e%2E/b%20c');
    expect(url('/a/./b/', {})).toBe('http://h/a/./b/');
  });

  test.each([
    [
      'HAProxy and Caddy leave them as they are',
      '/x/../admin',
      { SCRIPT_NAME: '', PATH_INFO: '/x/../admin' },
    ],
    ['… also the single ones', '/admin/./x', { SCRIPT_NAME: '', PATH_INFO: '/admin/./x' }],
    ['nginx merges slashes first', '/admin//../x', { SCRIPT_NAME: '', PATH_INFO: '/x' }],
    ['nothing tells which', '/admin//../x', {}],
    ['nginx takes # for the end', '/public#/../../admin', { SCRIPT_NAME: '/public' }],
  ] as Array<[string, string, Record<string, string>]>)(
    'has no URL where the web server may have decided about another one: %s',
    (_, sent, judged) => {
      expect(url(sent, judged)).toBeUndefined();
    },
  );

  test('in the query means nothing', () => {
    expect(url('/a?b/../c', { SCRIPT_NAME: '', PATH_INFO: '/a' })).toBe('http://h/a?b/../c');
  });
});
