import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { inheritedSocket } from '../src/pool/held-socket.ts';
import { fcgi, folderWith, Runner } from './support/runner.ts';

const hello = {
  'app.cjs':
    "module.exports = (req, res) => res.end('hello ' + req.url + ' at ' + (req.baseUrl || 'the root'));",
};

/** A socket that this process listens on, to be passed on. The descriptor has no other name in Node. */
async function listening(where: { path: string } | { host: string; port: number }) {
  const server = createServer().listen(where);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { _handle } = server as typeof server & { readonly _handle: { readonly fd: number } };
  return { fd: _handle.fd, server };
}

test('without an address it serves the listening socket on descriptor 0', async () => {
  const cwd = await folderWith(hello);
  const { fd, server } = await listening({ host: '127.0.0.1', port: 0 });
  const { port } = server.address() as AddressInfo;
  const runner = new Runner(['app.cjs'], { cwd, stdin: fd });
  // The child has its own descriptor by now, and this process must not accept.
  server.close();
  await runner.serving();
  expect(await runner.get('/x', `tcp:127.0.0.1:${port}`)).toBe('200 hello /x at the root');
});

test('workers serve the listening socket on descriptor 0, and so do those that follow them', async () => {
  const cwd = await folderWith({ 'app.cjs': 'module.exports = (req, res) => res.end(String(process.pid));' });
  const { fd, server } = await listening({ host: '127.0.0.1', port: 0 });
  const { port } = server.address() as AddressInfo;
  const runner = new Runner(['--workers', '1', 'app.cjs'], { cwd, stdin: fd });
  server.close();
  await runner.says(/is served on fd:0 by 1 worker/);
  const first = await runner.get('/', `tcp:127.0.0.1:${port}`);
  runner.signal('SIGHUP');
  await runner.says(/all workers serve generation 2/);
  // From then on the worker from before takes no connections.
  const next = await runner.get('/', `tcp:127.0.0.1:${port}`);
  expect(next).not.toBe(first);
  for (const answer of [first, next]) expect(answer).toMatch(/^200 \d+$/);
  expect(await runner.stop()).toBe(0);
});

test('a socket of systemd has to be one of those that there are', () => {
  vi.stubEnv('LISTEN_PID', String(process.pid));
  vi.stubEnv('LISTEN_FDS', '1');
  vi.stubEnv('LISTEN_FDNAMES', 'one:two');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() => inheritedSocket('systemd:two')).toThrow(/systemd passes no socket "two"/);
});

test('without any socket a gateway opens, which is named', async () => {
  const cwd = await folderWith(hello);
  const runner = await new Runner(['--mount', '/shop', 'app.cjs'], { cwd }).serving();
  const [, url] = await runner.says(/is served on (http:\/\/127\.0\.0\.1:\d+)/);
  expect(await (await fetch(`${url}/shop/x?y`)).text()).toBe('hello /x?y at /shop');
  expect(await runner.stop()).toBe(0);
});

test('plain CGI answers one request, and what the application prints goes elsewhere', async () => {
  const cwd = await folderWith({ 'app.cjs': `console.log('printed'); ${hello['app.cjs']}` });
  const env = {
    ...process.env,
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: 'GET',
    REQUEST_URI: '/x',
    SERVER_PROTOCOL: 'HTTP/1.1',
  };
  const { stderr, stdout } = await promisify(execFile)(process.execPath, [fcgi, 'run', 'app.cjs'], {
    cwd,
    env,
  });
  expect(stdout).toMatch(/^Status: 200 OK\r$/m);
  expect(stdout).toMatch(/\r\n\r\nhello \/x at the root$/);
  expect(stderr).toMatch(/^printed$/m);
});

test('plain CGI leaves nothing of the request in the environment in which the application is loaded', async () => {
  const cwd = await folderWith({
    'app.cjs': `console.log('found', JSON.stringify(Object.keys(process.env).sort())); ${hello['app.cjs']}`,
  });
  const env = {
    PATH: process.env['PATH'],
    GATEWAY_INTERFACE: 'CGI/1.1',
    HTTP_COOKIE: 'session=secret',
    HTTP_PROXY: 'http://evil.example',
    NODE_ENV: 'production',
    REQUEST_METHOD: 'GET',
    REQUEST_URI: '/x',
    SERVER_PROTOCOL: 'HTTP/1.1',
  };
  const { stderr, stdout } = await promisify(execFile)(process.execPath, [fcgi, 'run', 'app.cjs'], {
    cwd,
    env,
  });
  expect(stdout).toMatch(/\r\n\r\nhello \/x at the root$/);
  expect(stderr).toContain('found ["NODE_ENV","PATH","TSX_DISABLE_CACHE"]');
});

test('the socket has the permissions that were asked for', async () => {
  const cwd = await folderWith(hello);
  await new Runner(['--listen', './s', '--socket-mode', '600', 'app.cjs'], { cwd }).serving();
  expect(statSync(join(cwd, 's')).mode & 0o777).toBe(0o600);
});

test('an address that is taken, or open to all, is a failure that says what to do', async () => {
  const cwd = await folderWith(hello);
  await listening({ path: join(cwd, 's') });
  const taken = new Runner(['--listen', './s', 'app.cjs'], { cwd });
  expect(await taken.exited).toBe(1);
  expect(taken.stderr).toMatch(/Another process listens on ".*\/s"/);
  const open = new Runner(['--listen', '0.0.0.0:0', 'app.cjs'], { cwd });
  expect(await open.exited).toBe(1);
  expect(open.stderr).toContain('Here --allow ADDRESS names them.');
  const allowed = await new Runner(
    ['--listen', '0.0.0.0:0', '--allow', '127.0.0.1', '--allow', '10.0.0.0/8', 'app.cjs'],
    {
      cwd,
    },
  ).serving();
  const [, port] = await allowed.says(/served on tcp:0\.0\.0\.0:(\d+)/);
  expect(await allowed.get('/', `tcp:127.0.0.1:${port}`)).toBe('200 hello / at the root');
});
