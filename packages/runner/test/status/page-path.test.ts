import { expect, test } from 'vitest';
import { pagePath } from '../../src/status/page-path.ts';

/** What a web server makes of `/status`, and what a browser has asked for. */
const pathOf = (uri: string | undefined, [scriptName, pathInfo] = ['', '/status']) =>
  pagePath(
    new Map([
      ['SCRIPT_NAME', scriptName ?? ''],
      ['PATH_INFO', pathInfo ?? ''],
      ...(uri === undefined ? [] : [['REQUEST_URI', uri] as const]),
    ]),
  );

test.each([
  ...[
    '/%73tatus',
    '/%73tatus?full',
    '/stat%75s',
    '//status',
    '///status',
    '/./status',
    '/x/../status',
    '/status/',
  ],
  ...['/STATUS', '/status;a=1', '\\status', '/%2fstatus', '/shop//status', '/shop/%73tatus', '/%2e/status'],
  ...['/%73hop/status', 'http://host/%73tatus', '/x/%2e%2e/status', '/status%2f', '/status/.'],
])('%s is another spelling of /status, and a rule for /status may not have seen it', (uri) => {
  expect(pathOf(uri)).toBeUndefined();
});

test.each([
  ...['/status', '/status?full&json', '/shop/status', '/Shop/status', 'http://host/status', '/status#x'],
  // Rewritten by the web server, which has decided then.
  ...['/internal/figures', '/', '/denied?to=/status', '/status-of-mine', '*'],
])('%s, which the web server takes for /status, is it', (uri) => {
  expect(pathOf(uri)).toBe('/status');
  expect(pathOf(uri, ['/status', ''])).toBe('/status');
});

test('without REQUEST_URI the path is what the web server says', () => {
  for (const uri of [undefined, '']) expect(pathOf(uri, ['/shop', '/status'])).toBe('/shop/status');
});

test('a path that only looks like another after decoding stays as it is', () => {
  expect(pathOf('/%2573tatus', ['', '/%73tatus'])).toBe('/%73tatus');
  expect(pathOf('/status/x', ['', '/status/x'])).toBe('/status/x');
});
