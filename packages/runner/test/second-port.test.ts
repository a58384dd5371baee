import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

/** A free port of loopback. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** What a server of `net` says to who connects; the reason, where it does not listen. */
function heard(where: number | string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = typeof where === 'string' ? connect(where) : connect(where, '127.0.0.1');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.on('close', () => resolve(text));
  });
}

/** An application whose second server says a word, with these arguments of `listen()`. */
const withPort = (listen: string, word = 'metrics') => `
  const http = require('http'), net = require('net');
  http.createServer((req, res) => res.end('shop ' + process.pid)).listen(3000);
  const second = net.createServer((socket) => socket.end('${word} ' + process.pid));
  second.listen(${listen});`;

async function start(script: string, args: readonly string[] = ['--workers', '2']) {
  const cwd = await folderWith({ 'app.cjs': script });
  const runner = new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd });
  return { cwd, runner };
}

test('two workers share a second port, and a reload never closes it', async () => {
  const port = await freePort();
  const { cwd, runner } = await start(withPort(String(port)));
  await runner.says(/is served on .* by 2 workers/);
  const workers = new Set<string>();
  await expect.poll(async () => workers.add(await heard(port)).size, { timeout: 20_000 }).toBe(2);
  await writeFile(join(cwd, 'app.cjs'), withPort(String(port), 'new'));
  const answers: string[] = [];
  const asking = setInterval(async () => answers.push(await heard(port)), 20);
  onTestFinished(() => clearInterval(asking));
  runner.signal('SIGHUP');
  await runner.says(/reloaded: all workers/);
  clearInterval(asking);
  await expect.poll(() => heard(port)).toMatch(/^new \d+$/);
  expect(answers).toContainEqual(expect.stringMatching(/^\w+ \d+$/));
  expect(answers).not.toContain('ECONNREFUSED');
  expect(runner.stderr).not.toMatch(/has ended/);
  expect(await runner.stop()).toBe(0);
  expect(await heard(port)).toBe('ECONNREFUSED');
});

test.each([
  ['of all addresses', (port: number) => String(port)],
  ['of one address', (port: number) => `{ port: ${port}, host: '127.0.0.1' }`],
  ['of a name', (port: number) => `${port}, 'localhost', () => console.log('open')`],
])('one worker with a second port %s can be reloaded', async (_what, listen) => {
  const { runner } = await start(withPort(listen(await freePort())), ['--workers', '1']);
  await runner.serving();
  for (const generation of [2, 3]) {
    runner.signal('SIGHUP');
    await runner.says(new RegExp(`all workers serve generation ${generation}`));
  }
  expect(runner.stderr).not.toMatch(/EADDRINUSE|has ended/);
  expect(await runner.get()).toMatch(/^200 shop/);
});

test('an http server for metrics is shared, and a runner that takes the place of another has it, too', async () => {
  const port = await freePort();
  const { cwd, runner } = await start(
    `const http = require('http');
     http.createServer((req, res) => res.end('shop')).listen(3000);
     http.createServer((req, res) => res.end('metrics ' + process.ppid)).listen(${port}, '127.0.0.1');`,
    ['--workers', '2', '--pid-file', 'pid'],
  );
  await runner.says(/by 2 workers/);
  const metrics = async () =>
    (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text();
  expect(await metrics()).toBe(`metrics ${runner.process.pid}`);
  runner.signal('SIGUSR2');
  const [, successor] = await runner.says(/process (\d+) serves/);
  onTestFinished(() => {
    process.kill(Number(successor), 'SIGTERM');
  });
  await expect.poll(() => runner.process.exitCode).toBe(0);
  expect(await metrics()).toBe(`metrics ${successor}`);
  expect(await runner.get('/', `unix:${join(cwd, 's')}`)).toBe('200 shop');
  expect(runner.stderr).not.toMatch(/EADDRINUSE|worker \d+ .* has ended/);
});

test('a port that the application closes is closed, and one that a worker opens later is shared as well', async () => {
  const port = await freePort();
  const { runner } = await start(
    `${withPort(String(port))}
     process.on('SIGUSR2', () => (second.listening ? second.close() : second.listen(${port})));`,
    ['--workers', '2', '--plain-output'],
  );
  await runner.says(/by 2 workers/);
  const pids = new Set<number>();
  await expect
    .poll(async () => pids.add(Number((await runner.get()).split(' ')[2])).size, { timeout: 20_000 })
    .toBe(2);
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  await expect.poll(() => heard(port)).toBe('ECONNREFUSED');
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  await expect.poll(() => heard(port)).toMatch(/^metrics/);
  expect(await runner.get()).toMatch(/^200 shop/);
  expect(runner.stderr).not.toMatch(/has ended/);
});

test('a port that another process has is named, and the command ends as it would for node', async () => {
  const other = createServer().listen(0);
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { runner } = await start(withPort(String(port)));
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(
    new RegExp(
      `opens port ${port} of ::, which a process that is none of these workers has \\(EADDRINUSE\\)`,
    ),
  );
  expect(runner.stderr).toMatch(/Error: listen EADDRINUSE/);
});

test('a second port that is for one process alone is said to be in the way of several workers', async () => {
  const port = await freePort();
  const { runner } = await start(`${withPort(`{ port: ${port}, exclusive: true }`)}
    second.on('error', (error) => console.error('handled', error.code));`);
  await runner.says(/by 2 workers/);
  await runner.says(
    new RegExp(`opens port ${port} of :: for one process alone \\(exclusive\\), and another worker`),
  );
  await runner.says(/handled EADDRINUSE/);
});

test('free ports are of each worker alone', async () => {
  const { runner } = await start(`${withPort('0')}
    second.on('listening', () => console.log('port', second.address().port));`);
  await runner.says(/by 2 workers/);
  await expect.poll(() => new Set(runner.stdout.match(/port \d+/g)).size).toBe(2);
});

/** A free port of UDP on loopback. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Who answers a datagram; '' where nobody does. */
async function echoed(port: number): Promise<string> {
  const socket = createSocket('udp4');
  const answer = new Promise<string>((resolve) => {
    socket.on('message', (message) => resolve(String(message)));
    socket.on('error', () => resolve(''));
    setTimeout(resolve, 1_000, '');
  });
  socket.connect(port, '127.0.0.1', () => socket.send('who?'));
  return answer.finally(() => socket.close());
}

const withUdp = (bind: string, word = 'one') => `
  const http = require('http'), dgram = require('dgram');
  http.createServer((req, res) => res.end('shop')).listen(3000);
  const socket = dgram.createSocket('udp4');
  socket.on('message', (message, { port, address }) => socket.send('${word} ' + process.ppid, port, address));
  socket.bind(${bind});`;

test('workers share a UDP port, also over a reload and with a runner that takes the place of another', async () => {
  const port = await freeUdpPort();
  const { cwd, runner } = await start(
    withUdp(`${port}, '127.0.0.1', () => console.log('bound', socket.address().port)`),
    ['--workers', '2', '--pid-file', 'pid', '--plain-output'],
  );
  await runner.says(/by 2 workers/);
  await expect.poll(() => runner.stdout).toBe(`bound ${port}\nbound ${port}\n`);
  expect(await echoed(port)).toBe(`one ${runner.process.pid}`);
  await writeFile(join(cwd, 'app.cjs'), withUdp(`{ port: ${port}, address: '127.0.0.1' }`, 'two'));
  runner.signal('SIGHUP');
  await runner.says(/all workers serve generation 2/);
  await expect.poll(() => echoed(port)).toBe(`two ${runner.process.pid}`);
  runner.signal('SIGUSR2');
  const [, successor] = await runner.says(/process (\d+) serves/);
  onTestFinished(() => {
    process.kill(Number(successor), 'SIGTERM');
  });
  await expect.poll(() => runner.process.exitCode).toBe(0);
  await expect.poll(() => echoed(port)).toBe(`two ${successor}`);
  expect(runner.stderr).not.toMatch(/EADDRINUSE|has ended/);
});

test('a UDP port that is for one process alone is said to be in the way of several workers', async () => {
  const port = await freeUdpPort();
  const { runner } = await start(`${withUdp(`{ port: ${port}, exclusive: true }`)}
    socket.on('error', (error) => console.error('handled', error.code));`);
  await runner.says(/by 2 workers/);
  await runner.says(new RegExp(`opens UDP port ${port} of 0.0.0.0 for one process alone \\(exclusive\\)`));
  await runner.says(/handled EADDRINUSE/);
});

test('a UDP port that another process has is named', async () => {
  const other = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address();
  const { runner } = await start(withUdp(`${port}, '127.0.0.1'`));
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(
    new RegExp(`opens UDP port ${port} of 127.0.0.1, which a process that is none of these workers has`),
  );
  expect(runner.stderr).toMatch(/Error: bind EADDRINUSE/);
});

test.each([
  ['a port', async () => withPort(`${await freePort()}, () => console.log('open', process.pid)`)],
  ['a UDP port', async () => withUdp(`${await freeUdpPort()}, () => console.log('open', process.pid)`)],
])(
  'a worker that shares %s and dies, the last one or the first, is replaced by one that has it',
  async (_what, script) => {
    const { runner } = await start(await script(), ['--workers', '2', '--plain-output']);
    await runner.says(/by 2 workers/);
    const opened = () => [...runner.stdout.matchAll(/open (\d+)/g)].map(([, pid]) => Number(pid));
    await expect.poll(() => opened().length).toBe(2);
    for (const [place, count] of [
      [-1, 3],
      [0, 4],
      [-1, 5],
    ] as const) {
      process.kill(opened().at(place) ?? 0, 'SIGKILL');
      await expect.poll(() => opened().length, { timeout: 10_000 }).toBe(count);
    }
    expect(runner.stderr).not.toMatch(/EADDRINUSE/);
  },
);

test('a Unix socket that each start opens anew is that of the new worker after a reload', async () => {
  const script = (word: string) => `require('fs').rmSync('./second', { force: true });
    ${withPort("'./second'", word)}
    process.on('SIGTERM', () => second.close(() => console.log('closed')));`;
  const { cwd, runner } = await start(script('old'), ['--workers', '1', '--plain-output']);
  await runner.serving();
  await writeFile(join(cwd, 'app.cjs'), script('new'));
  runner.signal('SIGHUP');
  await runner.says(/all workers serve generation 2/);
  await expect.poll(() => runner.stdout).toMatch(/closed/);
  expect(await heard(join(cwd, 'second'))).toMatch(/^new \d+$/);
});

test('a Unix socket that two workers open is named, with what to do', async () => {
  const { runner } = await start(`${withPort("'./second'")}
    second.on('error', (error) => console.error('handled', error.code));`);
  await runner.says(/by 2 workers/);
  await runner.says(
    /opens the Unix socket \.\/second, which another worker or another process has \(EADDRINUSE\)/,
  );
  await runner.says(/handled EADDRINUSE/);
});
