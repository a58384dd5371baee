import { formatAddress, parseAddress } from '@fcgi-js/client';
import { expect, test } from 'vitest';

test.each([
  ['unix:/run/app.sock', { kind: 'unix', path: '/run/app.sock' }, 'unix:/run/app.sock'],
  ['/run/my app.sock', { kind: 'unix', path: '/run/my app.sock' }, 'unix:/run/my app.sock'],
  ['unix:app.sock', { kind: 'unix', path: 'app.sock' }, 'unix:app.sock'],
  ['/run/127.0.0.1:9000', { kind: 'unix', path: '/run/127.0.0.1:9000' }, 'unix:/run/127.0.0.1:9000'],
  ['tcp:127.0.0.1:9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }, 'tcp:127.0.0.1:9000'],
  ['127.0.0.1:9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }, 'tcp:127.0.0.1:9000'],
  [
    'app-1.example.org:65535',
    { kind: 'tcp', host: 'app-1.example.org', port: 65535 },
    'tcp:app-1.example.org:65535',
  ],
  ['[::1]:9000', { kind: 'tcp', host: '::1', port: 9000 }, 'tcp:[::1]:9000'],
  ['tcp:[fe80::1%eth0]:1', { kind: 'tcp', host: 'fe80::1%eth0', port: 1 }, 'tcp:[fe80::1%eth0]:1'],
  [':9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }, 'tcp:127.0.0.1:9000'],
  ['tcp::9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }, 'tcp:127.0.0.1:9000'],
])('%s is understood, and written so that it is understood again', (text, address, written) => {
  expect(parseAddress(text)).toEqual(address);
  expect(formatAddress(parseAddress(text))).toBe(written);
  expect(parseAddress(written)).toEqual(address);
});

test.each([
  '',
  'unix:',
  'unix:/a\0b',
  'app.sock',
  '9000',
  '127.0.0.1',
  ':0',
  ':65536',
  ':900000',
  ':port',
  '::1:9000',
  '[::1]',
  '[::1]9000',
  'http://127.0.0.1:9000',
  'a b:9000',
  'fcgi://127.0.0.1:9000',
  ' :9000',
  ':9000\n',
])('%j is refused with the list of what is valid', (text) => {
  expect(() => parseAddress(text)).toThrow(TypeError);
  expect(() => parseAddress(text)).toThrow(/Valid are: unix:\/run\/app.sock/);
});

test('a path longer than a socket can have is refused instead of being cut', () => {
  const longest = process.platform === 'linux' ? 107 : 103;
  const path = `/${'é'.repeat((longest - 1) / 2)}`;
  expect(parseAddress(path)).toEqual({ kind: 'unix', path });
  expect(() => parseAddress(`${path}x`)).toThrow(`may have ${longest} bytes`);
});

test('what is no text is refused', () => {
  expect(() => parseAddress(JSON.parse('9000'))).toThrow(TypeError);
});
