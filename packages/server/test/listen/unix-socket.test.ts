import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createNetServer } from 'node:net';
import { basename, dirname, join, relative } from 'node:path';
import { createServer, type FcgiServer, type ListenOptions } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AS_NOBODY, Child, program, startApp, whyNotRoot } from '../support/child.ts';
import { dialAddress, scratchFolder } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { because } from '../support/skipping.ts';
import { request } from '../support/wire.ts';

function newServer(): FcgiServer {
  const server = createServer({
    responder: ({ stdout }) => {
      stdout.end(`Status: 200\r\n\r\nanswered`);
    },
  });
  onTestFinished(() => server.close({ timeout: 1 }));
  return server;
}

/** Listens in a folder of its own. */
async function listen(
  options?: ListenOptions,
): Promise<{ folder: string; path: string; server: FcgiServer }> {
  const folder = scratchFolder();
  const path = join(folder, 'app.sock');
  const server = newServer();
  await server.listen(`unix:${path}`, options);
  return { folder, path, server };
}

async function ask(path: string): Promise<string> {
  const peer = new Peer(await dialAddress(`unix:${path}`));
  peer.send(request(1));
  const { body } = await peer.answer(1);
  peer.leave();
  return body;
}

/** A socket file whose process has died. */
async function leaveStaleSocket(path: string): Promise<void> {
  const child = startApp([`unix:${path}`]);
  await child.printed(/^listening/);
  child.process.kill('SIGKILL');
  await child.ended;
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe('listening on a Unix socket', () => {
  test.each([
    ['unix:PATH', (path: string) => `unix:${path}`],
    ['an absolute path', (path: string) => path],
    ['a relative path', (path: string) => `./${relative(process.cwd(), path)}`],
    ['unix: and a relative path', (path: string) => `unix:${relative(process.cwd(), path)}`],
  ])('given as %s', async (_, form) => {
    const folder = scratchFolder();
    const path = join(folder, 'app.sock');
    expect(await newServer().listen(form(path))).toBe(`unix:${path}`);
    expect(await ask(path)).toBe('answered');
    expect(readdirSync(folder)).toEqual(['app.sock']);
  });

  test('close() removes the socket, and whoever was connected before is still served', async () => {
    const { folder, path, server } = await listen();
    const peer = new Peer(await dialAddress(`unix:${path}`));
    const closed = server.close();
    peer.send(request(1));
    expect((await peer.answer(1)).body).toBe('answered');
    peer.finish();
    await closed;
    expect(readdirSync(folder)).toEqual([]);
  });

  test('close() leaves alone what somebody else has put in its place since', async () => {
    const { path, server } = await listen();
    rmSync(path);
    const successor = newServer();
    await successor.listen(path);
    await server.close();
    expect(await ask(path)).toBe('answered');
  });

  test('close() is no trouble when the socket is gone already', async () => {
    const { path, server } = await listen();
    rmSync(path);
    await server.close();
  });

  test('a process that is killed leaves its socket, and the next one takes its place', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'app.sock');
    await leaveStaleSocket(path);
    await newServer().listen(path);
    expect(await ask(path)).toBe('answered');
    expect(readdirSync(folder)).toEqual(['app.sock']);
  });
});

describe('a path that cannot be listened on is told with the remedy', () => {
  test('a socket on which another process listens', async () => {
    const path = join(scratchFolder(), 'app.sock');
    const child = startApp([`unix:${path}`]);
    await child.printed(/^listening/);
    await expect(newServer().listen(path)).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_IN_USE',
      message: expect.stringMatching(
        /Another process listens on ".*app\.sock"\. Stop it .* choose another path/,
      ),
    });
    expect(await ask(path)).toBe('GET / ');
  });

  test('a socket on which this process listens', async () => {
    const { path, server } = await listen();
    await expect(server.listen(path)).rejects.toMatchObject({ code: 'FCGI_ADDRESS_IN_USE' });
    expect(await ask(path)).toBe('answered');
  });

  test('a socket whose process is too busy to accept is not taken for stale', async () => {
    const path = join(scratchFolder(), 'app.sock');
    const child = startApp([`unix:${path}`, '{"backlog":1}']);
    await child.printed(/^listening/);
    child.process.kill('SIGSTOP');
    // Until the system keeps no more of them.
    for (let waiting = 0; waiting < 10; waiting += 1) {
      const refused = await dialAddress(`unix:${path}`).then(
        (socket) => {
          onTestFinished(() => void socket.destroy());
          return undefined;
        },
        (error: NodeJS.ErrnoException) => error.code,
      );
      if (refused === 'EAGAIN') break;
      expect(refused).toBeUndefined();
    }
    await expect(newServer().listen(path)).rejects.toMatchObject({ code: 'FCGI_ADDRESS_IN_USE' });
    child.process.kill('SIGCONT');
  });

  test.each([
    ['a file', (path: string) => writeFileSync(path, 'precious')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a symbolic link', (path: string) => symlinkSync('/nowhere', path)],
  ])('%s, which is not removed', async (_, make) => {
    const path = join(scratchFolder(), 'app.sock');
    make(path);
    await expect(newServer().listen(path)).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_IN_USE',
      message: expect.stringMatching(/exists and is not a socket/),
    });
    expect(lstatSync(path).isSocket()).toBe(false);
  });

  test('a folder that is not there', async () => {
    const path = join(scratchFolder(), 'missing', 'app.sock');
    await expect(newServer().listen(path)).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_INVALID',
      message: expect.stringMatching(/There is no folder .*missing .*RuntimeDirectory=/),
    });
    expect(existsSync(dirname(path))).toBe(false);
  });

  test('a folder that is a file', async () => {
    const file = join(scratchFolder(), 'file');
    writeFileSync(file, '');
    await expect(newServer().listen(join(file, 'app.sock'))).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_INVALID',
    });
  });

  test.skipIf(because(whyNotRoot()))('a folder in which one may not write', async () => {
    const folder = scratchFolder();
    chmodSync(folder, 0o755);
    const [command, ...args] = [...AS_NOBODY, process.execPath, program('app'), join(folder, 'app.sock')];
    const child = new Child(command!, args, { cwd: '/' });
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(/^FCGI_ADDRESS_DENIED: .*write permission in /);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(because(whyNotRoot()))('a socket of somebody else that one may not connect to', async () => {
    const { folder, path } = await listen({ mode: 0o600 });
    chmodSync(folder, 0o777);
    const [command, ...args] = [...AS_NOBODY, process.execPath, program('app'), path];
    const child = new Child(command!, args, { cwd: '/' });
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(/^FCGI_ADDRESS_IN_USE: /);
    expect(await ask(path)).toBe('answered');
  });
});

describe('the length of a path', () => {
  /** A path of so many bytes, in a folder that exists. */
  function pathOf(length: number, character = 'x'): string {
    const folder = scratchFolder();
    const room = length - Buffer.byteLength(folder) - 1;
    return join(folder, character.repeat(Math.floor(room / Buffer.byteLength(character))));
  }

  test.skipIf(because(process.platform === 'linux' ? undefined : 'only Linux allows so much'))(
    'may be as many bytes as Linux allows, 107',
    async () => {
      const path = pathOf(107);
      expect(Buffer.byteLength(path)).toBe(107);
      await newServer().listen(path);
      expect(await ask(path)).toBe('answered');
      expect(readdirSync(dirname(path))).toEqual([basename(path)]);
    },
  );

  test('may not be more', async () => {
    const path = pathOf(108);
    await expect(newServer().listen(path)).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_INVALID',
      message: expect.stringMatching(/needs 108 bytes, but this system allows 10[37]\. Use a shorter path/),
    });
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('is counted in bytes', async () => {
    await expect(newServer().listen(pathOf(140, 'é'))).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_INVALID',
    });
    const path = join(scratchFolder(), 'é.sock');
    await newServer().listen(path);
    expect(await ask(path)).toBe('answered');
  });
});

test('a socket with any name in its file system can be listened on', async () => {
  const folder = scratchFolder();
  for (const name of ['with blank', '-rf', 'a:9000', 'quote"', '.hidden']) {
    const path = join(folder, name);
    await newServer().listen(path);
    expect(await ask(path)).toBe('answered');
  }
});

test('a connection to it is no TCP connection: nothing is known of an address', async () => {
  const path = join(scratchFolder(), 'app.sock');
  const plain = createNetServer();
  onTestFinished(() => void plain.close());
  const addresses: unknown[] = [];
  const server = createServer({
    responder: ({ connection, stdout }) => {
      addresses.push(connection);
      stdout.end('Status: 200\r\n\r\n');
    },
  });
  onTestFinished(() => server.close({ timeout: 1 }));
  await server.listen(path);
  await ask(path);
  expect(addresses).toEqual([{ remoteAddress: undefined, remotePort: undefined }]);
});

test('with FCGI_WEB_SERVER_ADDRS a Unix socket serves nobody (section 3.2)', async () => {
  vi.stubEnv('FCGI_WEB_SERVER_ADDRS', '127.0.0.1');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const codes: unknown[] = [];
  const server = createServer({ responder: () => {}, onError: (error) => codes.push(error) });
  onTestFinished(() => server.close({ timeout: 1 }));
  const path = join(scratchFolder(), 'app.sock');
  await server.listen(path);
  const peer = new Peer(await dialAddress(`unix:${path}`));
  peer.stream.on('error', () => {});
  await peer.ended();
  expect(codes).toEqual([expect.objectContaining({ code: 'FCGI_PEER_NOT_ALLOWED' })]);
});
