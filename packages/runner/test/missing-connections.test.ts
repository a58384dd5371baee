import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FcgiClient } from '@fcgi-js/client';
import { expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

const application = `require('http').createServer((req, res) => res.end('a page for ' + req.method)).listen(3000);`;

async function start(args: readonly string[], script = application) {
  const cwd = await folderWith({ 'app.cjs': script });
  const runner = await new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd }).serving();
  const ask = async (params: Readonly<Record<string, string>>) => {
    const client = new FcgiClient({ address: `unix:${join(cwd, 's')}` });
    try {
      const response = await client.request({ params: { ...get, ...params } });
      return `${response.status} ${await text(response.body)}`;
    } finally {
      await client.close({ timeout: 0 });
    }
  };
  return { ask, runner };
}

const get = {
  PATH_INFO: '/',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/',
  SCRIPT_NAME: '',
  SERVER_PROTOCOL: 'HTTP/1.1',
};
/** What nginx leaves of the handshake of a browser: it passes neither Upgrade nor Connection. */
const handshake = {
  HTTP_SEC_WEBSOCKET_EXTENSIONS: 'permessage-deflate',
  HTTP_SEC_WEBSOCKET_KEY: 'dGhlIHNhbXBsZSBub25jZQ==',
  HTTP_SEC_WEBSOCKET_VERSION: '13',
};

test.each([
  ['without workers', []],
  ['with workers', ['--workers', '2']],
])('%s, the handshake of a WebSocket gets 501, and one line says what to do', async (_what, args) => {
  const { ask, runner } = await start(args);
  for (let count = 0; count < 4; count += 1)
    expect(await ask(handshake)).toMatch(/^501 WebSockets cannot pass/);
  await runner.says(
    /A browser asks for a WebSocket\. .* so it gets 501\. Open a socket for them, --upgrade-listen/,
  );
  expect(runner.stderr.match(/asks for a WebSocket/g)).toHaveLength(1);
  expect(await ask({})).toBe('200 a page for GET');
});

test('where upgrades are served, a handshake over FastCGI is said to come by the wrong way', async () => {
  const { ask, runner } = await start(['--upgrade-listen', './u']);
  expect(await ask(handshake)).toMatch(/^501 WebSockets cannot pass/);
  await runner.says(
    /passes it over FastCGI, so it gets 501\. .* fcgi config PRODUCT --upgrade-socket unix:\S+\/u/,
  );
});

test.each([
  ['a key alone', { HTTP_SEC_WEBSOCKET_KEY: handshake.HTTP_SEC_WEBSOCKET_KEY }],
  ['a version alone', { HTTP_SEC_WEBSOCKET_VERSION: '13' }],
  ['no key of 16 bytes', { ...handshake, HTTP_SEC_WEBSOCKET_KEY: 'c2hvcnQ=' }],
  ['a POST', { ...handshake, REQUEST_METHOD: 'POST', CONTENT_LENGTH: '0' }],
])('a request with %s is no handshake, and is answered by the application', async (_what, params) => {
  const { ask, runner } = await start([]);
  expect(await ask(params)).toMatch(/^200 a page for/);
  expect(runner.stderr).not.toMatch(/WebSocket/);
});

const poll = {
  QUERY_STRING: 'EIO=4&transport=polling&t=P1x2',
  REQUEST_URI: '/socket.io/?EIO=4&transport=polling',
};

test('polling of Socket.IO with several workers is said to need one, once', async () => {
  const { ask, runner } = await start(['--workers', '2']);
  for (let count = 0; count < 4; count += 1) expect(await ask(poll)).toBe('200 a page for GET');
  await runner.says(/Socket\.IO polls\. .* any of 2 workers, .*Use --workers 1/);
  expect(runner.stderr.match(/Socket\.IO polls/g)).toHaveLength(1);
});

test.each([
  ['with one worker', ['--workers', '1']],
  ['without workers', []],
])('%s, polling works, and nothing is said', async (_what, args) => {
  const { ask, runner } = await start(args);
  expect(await ask(poll)).toBe('200 a page for GET');
  expect(runner.stderr).not.toMatch(/polls/);
});

test('a web server that says no path gets the first page, and one line says so', async () => {
  const { ask, runner } = await start([]);
  expect(await ask({})).toBe('200 a page for GET');
  expect(runner.stderr).not.toContain('which path');
  for (let count = 0; count < 2; count += 1)
    expect(await ask({ PATH_INFO: '', REQUEST_URI: '' })).toBe('200 a page for GET');
  await runner.says(/does not say which path is asked for.*include fastcgi_params/);
  expect(runner.stderr.match(/which path/g)).toHaveLength(1);
});

test.each([
  ['below a prefix that it does not know', { PATH_INFO: '/shop/x', REQUEST_URI: '/shop/x' }, true],
  ['of nginx without PATH_INFO', { PATH_INFO: '', REQUEST_URI: '/shop/x', SCRIPT_NAME: '/shop/x' }, true],
  ['below a prefix that is known', { PATH_INFO: '/x', REQUEST_URI: '/shop/x', SCRIPT_NAME: '/shop' }, false],
  ['with the name of a file', { PATH_INFO: '/favicon.ico', REQUEST_URI: '/favicon.ico' }, false],
])('a first request %s that gets 404', async (_what, params, isNamed) => {
  const { ask, runner } = await start(
    [],
    `require('http').createServer((req, res) => { res.statusCode = 404; res.end('no page'); }).listen(3000);`,
  );
  for (let count = 0; count < 2; count += 1) expect(await ask(params)).toBe('404 no page');
  if (isNamed) await runner.says(/got 404.*has to know its prefix: --mount \/shop/);
  expect(runner.stderr.match(/--mount/g) ?? []).toHaveLength(isNamed ? 1 : 0);
});
