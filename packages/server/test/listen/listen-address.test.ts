import { FcgiServerError, parseListenAddress } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { formatTcpAddress } from '../../src/listen/listen-address.ts';

describe('an address', () => {
  test.each([
    ['unix:/run/app.sock', { kind: 'unix', path: '/run/app.sock' }],
    ['unix:app.sock', { kind: 'unix', path: 'app.sock' }],
    ['unix:C:app', { kind: 'unix', path: 'C:app' }],
    ['/run/app.sock', { kind: 'unix', path: '/run/app.sock' }],
    ['/run/a:9000', { kind: 'unix', path: '/run/a:9000' }],
    ['./app.sock', { kind: 'unix', path: './app.sock' }],
    ['../app.sock', { kind: 'unix', path: '../app.sock' }],
    ['tcp:127.0.0.1:9000', { kind: 'tcp', host: '127.0.0.1', port: 9_000 }],
    ['127.0.0.1:9000', { kind: 'tcp', host: '127.0.0.1', port: 9_000 }],
    ['localhost:9000', { kind: 'tcp', host: 'localhost', port: 9_000 }],
    ['tcp:[::1]:9000', { kind: 'tcp', host: '::1', port: 9_000 }],
    ['[::1]:9000', { kind: 'tcp', host: '::1', port: 9_000 }],
    ['[::ffff:127.0.0.1]:1', { kind: 'tcp', host: '::ffff:127.0.0.1', port: 1 }],
    ['0.0.0.0:9000', { kind: 'tcp', host: '0.0.0.0', port: 9_000 }],
    [':9000', { kind: 'tcp', host: '127.0.0.1', port: 9_000 }],
    ['tcp::9000', { kind: 'tcp', host: '127.0.0.1', port: 9_000 }],
    [':0', { kind: 'tcp', host: '127.0.0.1', port: 0 }],
    [':65535', { kind: 'tcp', host: '127.0.0.1', port: 65_535 }],
    ['fd:0', { kind: 'fd', fd: 0 }],
    ['fd:13', { kind: 'fd', fd: 13 }],
    ['systemd', { kind: 'systemd', name: undefined }],
    ['systemd:app', { kind: 'systemd', name: 'app' }],
    ['auto', { kind: 'auto' }],
  ])('%s is %j', (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });

  test.each([
    ['', 'does not end with a port'],
    ['app.sock', 'does not end with a port'],
    ['localhost', 'does not end with a port'],
    ['9000', 'does not end with a port'],
    ['127.0.0.1:', 'does not end with a port'],
    ['127.0.0.1:http', 'does not end with a port'],
    ['127.0.0.1:-1', 'does not end with a port'],
    ['127.0.0.1:9000/', 'does not end with a port'],
    ['::1:9000', 'does not end with a port'],
    ['[::1]', 'does not end with a port'],
    ['[]:9000', 'does not end with a port'],
    ['http://127.0.0.1:9000', 'does not end with a port'],
    [':65536', 'the port 65536 is above 65535'],
    [':123456', 'does not end with a port'],
    ['[127.0.0.1]:9000', '127.0.0.1 is no IPv6 address'],
    ['[::g]:9000', '::g is no IPv6 address'],
    ['tcp:', 'nothing follows "tcp:"'],
    ['unix:', 'nothing follows "unix:"'],
    ['systemd:', 'nothing follows "systemd:"'],
    ['fd:', 'the descriptor must be a number'],
    ['fd:-1', 'the descriptor must be a number'],
    ['fd:0x3', 'the descriptor must be a number'],
    ['fd:1234567', 'the descriptor must be a number'],
  ])('%j is none: %s', (text, reason) => {
    let thrown: unknown;
    try {
      parseListenAddress(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(FcgiServerError);
    expect(thrown).toMatchObject({ code: 'FCGI_ADDRESS_INVALID', scope: 'server' });
    expect(String(thrown)).toContain(reason);
    // The remedy: which forms there are.
    expect(String(thrown)).toContain('unix:/path');
  });

  // A port, or a variable of the environment that is not set.
  test.each([9_000, undefined, null])('%j is none: it is no text', (address) => {
    const given: unknown = address;
    expect(() => parseListenAddress(given as string)).toThrow(
      `"${address}" is not an address to listen on: it must be text`,
    );
    expect(() => parseListenAddress(given as string)).toThrow(FcgiServerError);
  });
});

test.each([
  ['127.0.0.1', 9_000, 'tcp:127.0.0.1:9000'],
  ['::1', 1, 'tcp:[::1]:1'],
  ['localhost', 80, 'tcp:localhost:80'],
])('%s and %i as text are %s, which is read back as the same', (host, port, text) => {
  expect(formatTcpAddress(host, port)).toBe(text);
  expect(parseListenAddress(text)).toEqual({ kind: 'tcp', host, port });
});
