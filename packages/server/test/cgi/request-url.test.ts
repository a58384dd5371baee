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
  ])('does not exist where the Host field is none: %j', (host) => {
    expect(absoluteUrl(of({ HTTP_HOST: host }), '/')).toBeUndefined();
  });
});
