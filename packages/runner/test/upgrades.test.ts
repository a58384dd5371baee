import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { ask, folderWith, Runner } from './support/runner.ts';

/** Says what it sees of an upgrade, then echoes. */
const echo = `
const server = require('http').createServer((req, res) => res.end('a page'));
server.on('upgrade', (req, socket, head) => {
  const { remoteAddress, remoteFamily, encrypted } = socket;
  const seen = { url: req.url, baseUrl: req.baseUrl, originalUrl: req.originalUrl, remoteAddress, remoteFamily, encrypted, pid: process.pid, word: 'old', isServer: socket.server === server };
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n' + JSON.stringify(seen) + '\\n');
  socket.pipe(socket);
});
server.listen(3000);`;

const silent = "require('http').createServer((req, res) => res.end('a page')).listen(3000);";

/** An upgraded connection, or the answer that there was instead. */
interface Upgrade {
  readonly answer: string;
  readonly headers: IncomingHttpHeaders;
  readonly seen: Readonly<Record<string, unknown>>;
  readonly socket: Socket | undefined;
  readonly status: number | undefined;
}

/** Asks for an upgrade. */
function upgrade(
  cwd: string,
  path = '/',
  headers: Readonly<Record<string, string>> = {},
  where: object = { socketPath: join(cwd, 'u') },
): Promise<Upgrade> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...where,
      headers: { Connection: 'Upgrade', Upgrade: 'echo', ...headers },
      path,
    });
    asked.on('upgrade', (response, socket: Socket, head: Buffer) => {
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {});
      const first = (chunk: Buffer) => {
        const seen = JSON.parse(String(chunk).split('\n')[0] ?? '');
        resolve({ answer: '', headers: response.headers, seen, socket, status: response.statusCode });
      };
      if (head.length > 0) first(head);
      else socket.once('data', first);
    });
    asked.on('response', async (response) => {
      const answer = await text(response);
      resolve({
        answer,
        headers: response.headers,
        seen: {},
        socket: undefined,
        status: response.statusCode,
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** What comes back of what is sent. */
async function echoed({ socket }: Upgrade, word: string): Promise<string> {
  const back = new Promise<string>((resolve) => socket?.once('data', (chunk) => resolve(String(chunk))));
  socket?.write(word);
  return back;
}

/** A free port of loopback. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function start(
  args: readonly string[] = [],
  script = echo,
  options: { readonly address?: string } = {},
) {
  const cwd = await folderWith({ 'app.cjs': script });
  const { address = './u' } = options;
  const runner = new Runner(['--listen', './s', '--upgrade-listen', address, ...args, 'app.cjs'], { cwd });
  await runner.serving();
  return { cwd, runner };
}

const ways: ReadonlyArray<[string, readonly string[]]> = [
  ['without workers', []],
  ['with workers', ['--workers', '2']],
];

test.each(ways)('%s, upgrades reach the application beside its requests', async (_how, args) => {
  const { cwd, runner } = await start(args);
  expect(runner.stderr).toMatch(/is served on unix:\S+\/s.*, HTTP upgrades on unix:\S+\/u/);
  const opened = await upgrade(cwd, '/chat?room=1');
  expect(opened).toMatchObject({ headers: { upgrade: 'echo' }, status: 101 });
  expect(opened.seen).toMatchObject({ baseUrl: '', encrypted: false, isServer: true, url: '/chat?room=1' });
  expect(opened.seen).not.toHaveProperty('originalUrl');
  expect(await echoed(opened, 'hello')).toBe('hello');
  expect(await runner.get()).toBe('200 a page');
  opened.socket?.destroy();
  expect(await runner.stop()).toBe(0);
  expect(existsSync(join(cwd, 'u'))).toBe(false);
});

test('the peer is the one that the web server has appended, and the prefix the one that it names', async () => {
  const { cwd } = await start();
  const { seen } = await upgrade(cwd, '/a%20shop/chat?x=/a', {
    'X-Forwarded-For': '203.0.113.9, 2001:db8::7',
    'X-Forwarded-Prefix': '/a shop',
    'X-Forwarded-Proto': 'https',
  });
  expect(seen).toMatchObject({
    baseUrl: '/a%20shop',
    encrypted: true,
    originalUrl: '/a%20shop/chat?x=/a',
    remoteAddress: '2001:db8::7',
    remoteFamily: 'IPv6',
    url: '/chat?x=/a',
  });
});

test('--mount overrides the prefix that is sent, and what lies outside it gets 404', async () => {
  const { cwd } = await start(['--mount', '/shop']);
  const sent = { 'X-Forwarded-Prefix': '/other' };
  expect((await upgrade(cwd, '/shop/chat', sent)).seen).toMatchObject({ baseUrl: '/shop', url: '/chat' });
  for (const path of [
    '/other/chat',
    '/shopping',
    '/shop/../admin',
    '/shop/%2e%2e/admin',
    '/shop/..%2fadmin',
    '/shop/%',
  ])
    expect(await upgrade(cwd, path, sent)).toMatchObject({ answer: /outside the prefix/, status: 404 });
});

test.each(ways)('%s, what is no upgrade gets 426', async (_how, args) => {
  const { cwd } = await start(args);
  const answer = await upgrade(cwd, '/', { Connection: 'close', Upgrade: 'echo' });
  expect(answer).toMatchObject({ headers: { upgrade: 'websocket' }, status: 426 });
  expect(answer.answer).toMatch(/^This socket takes HTTP upgrades, such as WebSockets, alone\./);
});

test.each(ways)('%s, an application without listener for upgrades gets a line, once', async (_how, args) => {
  const { cwd, runner } = await start(args, silent);
  for (let count = 0; count < 3; count += 1) expect(await upgrade(cwd)).toMatchObject({ status: 501 });
  await runner.says(/has no listener for the event "upgrade" on the server that is served/);
  expect(runner.stderr.match(/no listener for the event/g)).toHaveLength(1);
});

test('the server of an application that exports it hears of upgrades', async () => {
  const { cwd } = await start([], echo.replace('server.listen(3000)', 'module.exports = server'));
  expect((await upgrade(cwd)).seen).toMatchObject({ isServer: true, url: '/' });
});

test('a peer that resets its connection at once ends no process', async () => {
  const port = await freePort();
  const script = silent.replace('.listen', ".on('upgrade', () => console.error('an upgrade')).listen");
  const { runner } = await start([], script, { address: `127.0.0.1:${port}` });
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await runner.says(/an upgrade/);
  socket.resetAndDestroy();
  expect(await runner.get()).toBe('200 a page');
  expect(await runner.stop()).toBe(0);
});

test('a reload keeps upgraded connections, refuses none, and the new worker has the new ones', async () => {
  const { cwd, runner } = await start(['--workers', '2', '--stop-timeout', '60']);
  const before = await Promise.all(Array.from({ length: 20 }, () => upgrade(cwd)));
  await writeFile(join(cwd, 'app.cjs'), echo.replace("'old'", "'new'"));
  let isOver = false;
  const words: unknown[] = [];
  const asking = (async () => {
    while (!isOver) {
      const { seen, socket } = await upgrade(cwd);
      words.push(seen['word']);
      socket?.destroy();
    }
  })();
  runner.signal('SIGHUP');
  await runner.says(/reloaded: all workers/);
  isOver = true;
  await asking;
  expect((await upgrade(cwd)).seen).toMatchObject({ word: 'new' });
  expect(words).not.toContain(undefined);
  for (const one of before) expect(await echoed(one, 'still')).toBe('still');
  expect(runner.stderr).not.toMatch(/has ended|closed/);
});

test.each(ways)('%s, what is open after --stop-timeout is closed, and counted', async (_how, args) => {
  const { cwd, runner } = await start([...args, '--stop-timeout', '1']);
  const opened = await Promise.all([upgrade(cwd), upgrade(cwd), upgrade(cwd)]);
  const closed = opened.map(({ socket }) => new Promise((resolve) => socket?.once('close', resolve)));
  expect(await runner.stop()).toBe(0);
  await Promise.all(closed);
  const counts = [
    ...runner.stderr.matchAll(/(\d+) upgraded connections? (?:was|were) closed: still open 1 s after/g),
  ];
  expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(3);
});

test.each(ways)(
  '%s, a process whose upgraded connections are closed ends without waiting',
  async (_how, args) => {
    const { cwd, runner } = await start([...args, '--stop-timeout', '600']);
    const opened = await Promise.all([upgrade(cwd), upgrade(cwd)]);
    const stopped = runner.stop();
    await expect.poll(() => existsSync(join(cwd, 'u'))).toBe(false);
    for (const { socket } of opened) socket?.end();
    expect(await stopped).toBe(0);
    expect(runner.stderr).not.toMatch(/upgraded connection/);
  },
);

test.each(ways)(
  '%s, an application that hears of the end closes its connections itself',
  async (_how, args) => {
    const script = `${echo} const open = new Set();
    server.on('upgrade', (req, socket) => open.add(socket));
    process.on('SIGTERM', () => { for (const socket of open) socket.end('bye'); server.close(() => process.exit(0)); });`;
    const { cwd, runner } = await start([...args, '--stop-timeout', '600'], script);
    const { socket } = await upgrade(cwd);
    const last = new Promise((resolve) => socket?.on('data', (chunk) => resolve(String(chunk))));
    socket?.once('end', () => socket.end());
    expect(await runner.stop()).toBe(0);
    expect(await last).toBe('bye');
  },
);

test('a process that takes the place of this one has its socket of upgrades', async () => {
  const { cwd, runner } = await start(['--workers', '1', '--stop-timeout', '60', '--pid-file', './pid']);
  const kept = await upgrade(cwd);
  const { ino } = statSync(join(cwd, 'u'), { bigint: true });
  await writeFile(join(cwd, 'app.cjs'), echo.replace("'old'", "'new'"));
  runner.signal('SIGUSR2');
  const [, pid] = await runner.says(/process (\d+) serves; this one/);
  const successor = Number(pid);
  onTestFinished(() => endProcess(successor));
  // For a moment both accept.
  let first = await upgrade(cwd);
  while (first.seen['word'] === 'old') {
    first.socket?.destroy();
    first = await upgrade(cwd);
  }
  expect(first.seen).toMatchObject({ word: 'new' });
  expect(await echoed(kept, 'still')).toBe('still');
  kept.socket?.destroy();
  await expect.poll(() => runner.process.exitCode).toBe(0);
  expect(statSync(join(cwd, 'u'), { bigint: true }).ino).toBe(ino);
  expect(await echoed(first, 'here')).toBe('here');
  first.socket?.destroy();
  process.kill(successor, 'SIGTERM');
  // All that write to its output have ended.
  expect(await runner.exited).toBe(0);
  expect(existsSync(join(cwd, 'u'))).toBe(false);
});

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

test.each(ways)('%s, a socket file that is removed is made anew', async (_how, args) => {
  const { cwd, runner } = await start(args);
  await rm(join(cwd, 'u'));
  await runner.says(/the socket file of unix:\S+\/u has been made anew/);
  await expect.poll(async () => (await upgrade(cwd).catch(() => undefined))?.status).toBe(101);
});

test.each(ways)('%s, the socket has the mode of the other one', async (_how, args) => {
  const { cwd } = await start(['--socket-mode', '600', ...args]);
  expect(statSync(join(cwd, 'u')).mode & 0o777).toBe(0o600);
});

test('connections beyond the limit are closed at once', async () => {
  const { cwd } = await start(['--limit', 'connections=2']);
  const [first] = await Promise.all([upgrade(cwd), upgrade(cwd)]);
  await expect(upgrade(cwd)).rejects.toThrow();
  first?.socket?.destroy();
  await expect.poll(async () => (await upgrade(cwd).catch(() => undefined))?.status).toBe(101);
});

test('over TCP, peers that are not allowed are closed', async () => {
  const port = await freePort();
  const { cwd } = await start(['--allow', '127.0.0.2'], echo, { address: `127.0.0.1:${port}` });
  const where = { host: '127.0.0.1', port };
  expect((await upgrade(cwd, '/', {}, { ...where, localAddress: '127.0.0.2' })).status).toBe(101);
  await expect(upgrade(cwd, '/', {}, where)).rejects.toThrow();
});

test('the status has the open upgraded connections', async () => {
  const { cwd } = await start(['--workers', '1', '--status-path', '/status']);
  const { socket } = await upgrade(cwd);
  const status = async () => JSON.parse((await ask(`unix:${join(cwd, 's')}`, '/status?json')).slice(4));
  await expect.poll(async () => (await status())['upgraded connections']).toBe(1);
  socket?.destroy();
  await expect.poll(async () => (await status())['upgraded connections']).toBe(0);
});

test.each([
  ['--listen itself', ['--upgrade-listen', './s'], /--upgrade-listen is .*, where --listen takes FastCGI/],
  ['auto', ['--upgrade-listen', 'auto'], /must name a socket/],
  ['--on-demand', ['--upgrade-listen', './u', '--workers', '1', '--on-demand'], /Leave out --on-demand/],
])('--upgrade-listen with %s is refused', async (_what, args, message) => {
  const cwd = await folderWith({ 'app.cjs': echo });
  const runner = new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd });
  expect(await runner.exited).toBe(2);
  expect(runner.stderr).toMatch(message);
});
