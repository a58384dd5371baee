import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createNetServer, type Server } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createServer, isFcgiListenSocket } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Child, program, startApp } from '../support/child.ts';
import { dialAddress, scratchFolder } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { testWith } from '../support/skipping.ts';
import { GET, request } from '../support/wire.ts';

/** A server of Node with its descriptor, which nothing but its handle knows. */
interface Listening {
  readonly address: string;
  readonly fd: number;
}

async function listening(target: { host: string; port: number } | { path: string }): Promise<Listening> {
  const server: Server & { _handle?: { fd: number } } = createNetServer();
  await new Promise<void>((resolve) => server.listen(target, resolve));
  onTestFinished(() => void server.close());
  const info = server.address();
  const address = typeof info === 'string' ? `unix:${info}` : `tcp:${info!.address}:${info!.port}`;
  return { address, fd: server._handle!.fd };
}

async function get(address: string, url = '/'): Promise<string> {
  const peer = new Peer(await dialAddress(address));
  peer.send(request(1, { params: { ...GET, REQUEST_URI: url } }));
  const { body } = await peer.answer(1);
  peer.leave();
  return body;
}

/** What a program says of its descriptor 0 that a shell command has set up. `"$@"` is the program. */
async function askedInShell(command: string): Promise<string> {
  const child = new Child('sh', ['-c', command, 'sh', process.execPath, program('is-listen-socket')]);
  await child.ended;
  return child.stdout.trim() || child.stderr;
}

describe('isFcgiListenSocket', () => {
  // As pnpm installs, a dependency is found only beside the real folder of a package.
  test('of a pipe leaves modules behind symbolic links where they are', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'store/package'), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync('../store/package', join(folder, 'node_modules/package'));
    writeFileSync(join(folder, 'store/package/index.mjs'), 'export const place = import.meta.url;');
    writeFileSync(join(folder, 'main.mjs'), "export { place } from './node_modules/package/index.mjs';");
    const words = [process.execPath, program('import-after'), join(folder, 'main.mjs')];
    const child = new Child('sh', ['-c', 'true | "$@"', 'sh', ...words]);
    await child.ended;
    expect(child.stdout).toBe(`${pathToFileURL(join(folder, 'store/package/index.mjs')).href}\n`);
  });

  test('knows listening sockets of every family', async () => {
    const unix = await listening({ path: join(scratchFolder(), 'app.sock') });
    const tcp = await listening({ host: '127.0.0.1', port: 0 });
    const any = await listening({ host: '::', port: 0 }).catch(() => tcp);
    expect([unix, tcp, any].map(({ fd }) => isFcgiListenSocket(fd))).toEqual([true, true, true]);
  });

  test.each(['TCP', 'a Unix socket'])('asks descriptor 0 where it is not told which (%s)', async (kind) => {
    const path = join(scratchFolder(), 'app.sock');
    const { fd } = await listening(kind === 'TCP' ? { host: '127.0.0.1', port: 0 } : { path });
    const child = new Child(process.execPath, [program('is-listen-socket')], { stdio: [fd, 'pipe', 'pipe'] });
    await child.ended;
    expect(child.stdout).toBe('true\n');
  });

  test.each([
    ['a pipe', 'true | "$@"'],
    ['/dev/null', 'exec "$@" </dev/null'],
    ['a file', 'exec "$@" <"$1"'],
    ['a folder', 'exec "$@" </'],
    ['nothing', 'exec "$@" <&-'],
  ])('knows that %s is none', async (_, command) => {
    expect(await askedInShell(command)).toBe('false');
  });

  test('knows that a connected socket is none', async () => {
    // What Node makes of 'pipe' is a socket.
    const child = new Child(process.execPath, [program('is-listen-socket')], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await child.ended;
    expect(child.stdout).toBe('false\n');
    const { address } = await listening({ host: '127.0.0.1', port: 0 });
    const socket: Peer['stream'] & { _handle?: { fd: number } } = await dialAddress(address);
    onTestFinished(() => void socket.destroy());
    expect(isFcgiListenSocket(socket._handle!.fd)).toBe(false);
  });

  test('knows that a descriptor that is not open is none', () => {
    const fd = openSync('/dev/null', 'r');
    closeSync(fd);
    expect(isFcgiListenSocket(fd)).toBe(false);
    expect(isFcgiListenSocket(123_456)).toBe(false);
  });

  test('refuses what is no descriptor', () => {
    expect(() => isFcgiListenSocket(-1)).toThrow();
  });
});

/** How a parent process passes its socket on. */
interface Passing {
  /** What it starts; by default the application with `fd:0`. */
  readonly command?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly fd?: number;
  readonly kind?: 'TCP' | 'a Unix socket';
  readonly times?: number;
}

/** Starts a parent process that opens a socket and starts the application. */
async function pass({ command, env, fd = 0, kind = 'TCP', times = 1 }: Passing) {
  const setup = {
    command: command ?? [process.execPath, program('app'), 'fd:0'],
    fd,
    listen: kind === 'TCP' ? { host: '127.0.0.1', port: 0 } : { path: join(scratchFolder(), 'app.sock') },
    times,
  };
  const parent = new Child(process.execPath, [program('parent'), JSON.stringify(setup)], {
    detached: true,
    env: { ...process.env, ...env },
  });
  const [, address] = await parent.printed(/^opened (.*)$/m);
  return { address: address!, parent };
}

const kinds = ['TCP', 'a Unix socket'] as const;

describe('a listening socket on descriptor 0', () => {
  test.each(kinds.flatMap((kind) => [['fd:0', kind] as const, ['auto', kind] as const]))(
    'with the address %s, %s',
    async (form, kind) => {
      const { address, parent } = await pass({ command: [process.execPath, program('app'), form], kind });
      // Node does not tell the path of an inherited socket.
      const told = kind === 'TCP' ? address : 'fd:0';
      expect((await parent.printed(/^listening (.*)$/m))[1]).toBe(told);
      expect(await get(address, '/fd')).toBe('true');
      expect(await get(address, '/?x=1')).toBe('GET /?x=1 ');
    },
  );

  test('comes after one that systemd has passed, for "auto"', async () => {
    const { parent } = await pass({
      command: [
        'sh',
        '-c',
        'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&0',
        'sh',
        process.execPath,
        program('app'),
        'auto',
      ],
      kind: 'a Unix socket',
    });
    expect((await parent.printed(/^listening (.*)$/m))[1]).toBe('fd:3');
  });

  test.each(kinds)('is not closed for others at the end: the next process takes over (%s)', async (kind) => {
    const { address, parent } = await pass({ kind, times: 2 });
    const first = await get(address, '/pid');
    process.kill(Number(first), 'SIGTERM');
    // Whoever connects while neither accepts waits in the socket.
    await expect.poll(() => get(address, '/pid')).not.toBe(first);
    const second = Number(await get(address, '/pid'));
    process.kill(second, 'SIGTERM');
    expect(await parent.ended).toBe(0);
  });

  test('under another number', async () => {
    const { address } = await pass({ command: [process.execPath, program('app'), 'fd:5'], fd: 5 });
    expect(await get(address, '/fd')).toBe('false');
  });

  test('with the standard output and error closed at start (section 2.2) serves, and survives its own log', async () => {
    const { address } = await pass({
      command: ['sh', '-c', 'exec "$@" >&- 2>&-', 'sh', process.execPath, program('app'), 'fd:0'],
    });
    for (let i = 0; i < 3; i += 1) expect(await get(address, '/throw')).toBe('500 Internal Server Error\n');
    expect(await get(address, '/fd')).toBe('true');
  });

  test('with an error output that nobody reads any more serves on', async () => {
    const { address, parent } = await pass({});
    const pid = await get(address, '/pid');
    parent.process.stderr!.destroy();
    for (let i = 0; i < 20; i += 1) expect(await get(address, '/throw')).toBe('500 Internal Server Error\n');
    expect(await get(address, '/pid')).toBe(pid);
  });

  test('keeps those out whom FCGI_WEB_SERVER_ADDRS does not name', async () => {
    const { address, parent } = await pass({ env: { FCGI_WEB_SERVER_ADDRS: '192.0.2.1' } });
    await parent.printed(/^listening/m);
    const peer = new Peer(await dialAddress(address));
    peer.stream.on('error', () => {});
    peer.send(request(1));
    await peer.ended();
    expect(peer.records).toEqual([]);
    await expect.poll(() => parent.stderr).toContain('FCGI_WEB_SERVER_ADDRS');
  });
});

describe('a descriptor that is no listening socket is told with the remedy', () => {
  test.each([
    ['fd:0', /^FCGI_LISTEN_SOCKET_MISSING: Descriptor 0 is not a listening socket\. .*unix:\/run\/app\.sock/],
    ['fd:9', /^FCGI_LISTEN_SOCKET_MISSING: Descriptor 9 is not a listening socket\./],
  ])('%s', async (address, message) => {
    const child = startApp([address]);
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(message);
  });

  test('in this process', async () => {
    const server = createServer({ responder: () => {} });
    const fd = openSync('/dev/null', 'r');
    onTestFinished(() => closeSync(fd));
    await expect(server.listen(`fd:${fd}`)).rejects.toMatchObject({
      code: 'FCGI_LISTEN_SOCKET_MISSING',
      scope: 'server',
    });
  });

  test('when neither it, nor systemd, nor CGI is there for "auto"', async () => {
    const child = startApp(['auto'], { env: { PATH: process.env['PATH'] } });
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(
      /^FCGI_LISTEN_SOCKET_MISSING: This program was not started by a web server: .*spawn-fcgi/,
    );
  });
});

describe('spawn-fcgi', () => {
  testWith('spawn-fcgi')('passes a Unix socket', async () => {
    const path = join(scratchFolder(), 'app.sock');
    const child = new Child('spawn-fcgi', ['-n', '-s', path, '--', process.execPath, program('app')]);
    await child.printed(/^listening fd:0$/m);
    expect(await get(`unix:${path}`, '/fd')).toBe('true');
  });

  testWith('spawn-fcgi')('passes a TCP socket, and starts the application in the background', async () => {
    const { address, pids } = await spawnInBackground(1);
    expect(await get(address, '/pid')).toBe(pids[0]);
    expect(await get(address, '/throw')).toBe('500 Internal Server Error\n');
    expect(await get(address, '/pid')).toBe(pids[0]);
  });

  testWith('spawn-fcgi')('may start several processes on one socket, which share the work', async () => {
    const { address, pids } = await spawnInBackground(2);
    const answered = new Set<string>();
    await expect
      .poll(async () => {
        const answers = await Promise.all(Array.from({ length: 10 }, () => get(address, '/pid')));
        for (const pid of answers) answered.add(pid);
        return [...answered].toSorted();
      })
      .toEqual(pids.toSorted());
  });
});

/** Has spawn-fcgi start the application, which goes on after it; its processes end with the test. */
async function spawnInBackground(processes: number): Promise<{ address: string; pids: string[] }> {
  const { address } = await freePort();
  const port = address.split(':').at(-1)!;
  const starter = new Child('spawn-fcgi', [
    ...['-a', '127.0.0.1', '-p', port, '-F', String(processes)],
    ...['--', process.execPath, program('app'), 'auto'],
  ]);
  const status = await starter.ended;
  const pids = Array.from(starter.stdout.matchAll(/PID: (\d+)/g), ([, pid = '']) => pid);
  onTestFinished(() => {
    for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
  });
  expect(status).toBe(0);
  expect(pids).toHaveLength(processes);
  return { address, pids };
}

/** An address on which nobody listens. */
async function freePort(): Promise<{ address: string }> {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const info = server.address();
  await new Promise((resolve) => server.close(resolve));
  return { address: `tcp:127.0.0.1:${typeof info === 'object' ? info!.port : 0}` };
}
