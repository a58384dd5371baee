import { join } from 'node:path';
import { createServer } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { hasSystemdSockets } from '../../src/listen/systemd.ts';
import { Child, program, startApp } from '../support/child.ts';
import { dialAddress, scratchFolder } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { testWith } from '../support/skipping.ts';
import { GET, request } from '../support/wire.ts';

async function get(path: string, url = '/'): Promise<string> {
  const peer = new Peer(await dialAddress(`unix:${path}`));
  peer.send(request(1, { params: { ...GET, REQUEST_URI: url } }));
  const { body } = await peer.answer(1);
  peer.leave();
  return body;
}

/** Starts the application as systemd would: it begins with the first connection. */
async function activate(paths: readonly string[], args: readonly string[], fdNames?: string): Promise<Child> {
  const child = new Child('systemd-socket-activate', [
    ...paths.flatMap((path) => ['--listen', path]),
    ...(fdNames === undefined ? [] : [`--fdname=${fdNames}`]),
    process.execPath,
    program('app'),
    ...args,
  ]);
  await expect.poll(() => child.stderr).toContain('Listening on');
  return child;
}

describe('socket activation', () => {
  testWith('systemd-socket-activate').each(['systemd', 'auto'])('with the address %s', async (address) => {
    const path = join(scratchFolder(), 'app.sock');
    const child = await activate([path], [address]);
    // The first connection is there before the application is.
    expect(await get(path, '/pid')).toBe(String(child.process.pid));
    expect(child.stdout).toBe('listening fd:3\n');
    expect(await get(path, '/?again')).toBe('GET /?again ');
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
  });

  testWith('systemd-socket-activate')('takes the socket with the name that it is told', async () => {
    const folder = scratchFolder();
    const [first, second] = [join(folder, 'first.sock'), join(folder, 'second.sock')];
    const child = await activate([first, second], ['systemd:app'], 'status:app');
    expect(await get(second)).toBe('GET / ');
    expect(child.stdout).toBe('listening fd:4\n');
  });

  testWith('systemd-socket-activate')(
    'tells the names there are where there is none of that name',
    async () => {
      const path = join(scratchFolder(), 'app.sock');
      const child = await activate([path], ['systemd:other'], 'app');
      const socket = await dialAddress(`unix:${path}`);
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
      expect(await child.ended).toBe(2);
      expect(child.stderr).toMatch(
        /FCGI_LISTEN_SOCKET_MISSING: systemd passes no socket named "other", but: app /,
      );
    },
  );
});

describe('without sockets of systemd', () => {
  test.each([
    ['that were never passed', {}, /LISTEN_PID is not set\. .*\.socket unit/],
    [
      'that were passed to somebody else',
      { LISTEN_PID: '1', LISTEN_FDS: '1' },
      /LISTEN_PID is 1, but this process is \d+: .*Start node directly/,
    ],
  ])('%s the error says what to do', async (_, env, message) => {
    const child = startApp(['systemd'], { env: { PATH: process.env['PATH'], ...env } });
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(/^FCGI_LISTEN_SOCKET_MISSING: systemd passes no socket to this process: /);
    expect(child.stderr).toMatch(message);
  });

  test('"auto" does not mistake those of somebody else for its own', async () => {
    const child = startApp(['auto'], {
      env: { PATH: process.env['PATH'], LISTEN_PID: '1', LISTEN_FDS: '1' },
    });
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(/^FCGI_LISTEN_SOCKET_MISSING: This program was not started by a web server/);
  });

  const mine = String(process.pid);

  test.each([
    [{ LISTEN_PID: mine, LISTEN_FDS: '1' }, true],
    [{ LISTEN_PID: mine, LISTEN_FDS: '0' }, false],
    [{ LISTEN_PID: mine, LISTEN_FDS: 'x' }, false],
    [{ LISTEN_PID: mine }, false],
    [{ LISTEN_FDS: '1' }, false],
    [{ LISTEN_PID: '1', LISTEN_FDS: '1' }, false],
    [{}, false],
  ])('%j: they are there: %s', (environment, there) => {
    expect(hasSystemdSockets(environment)).toBe(there);
  });

  test('the environment of the process counts', () => {
    vi.stubEnv('LISTEN_PID', mine);
    vi.stubEnv('LISTEN_FDS', '2');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(hasSystemdSockets()).toBe(true);
  });

  test('a descriptor that systemd should have passed and has not is told', async () => {
    // A shell that sets its own number: what follows is the same process.
    const child = new Child('sh', [
      '-c',
      'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3</dev/null',
      'sh',
      process.execPath,
      program('app'),
      'systemd',
    ]);
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(/^FCGI_LISTEN_SOCKET_MISSING: Descriptor 3 is not a listening socket/);
  });
});

test.each(['abc', '', '0', '-1', '1.5', '1e3', '0x1', ' 1', '99999999'])(
  'LISTEN_FDS=%j is no number of sockets, which the error says',
  async (count) => {
    vi.stubEnv('LISTEN_PID', String(process.pid));
    vi.stubEnv('LISTEN_FDS', count);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(hasSystemdSockets()).toBe(false);
    const server = createServer({ responder: () => {} });
    await expect(server.listen('systemd')).rejects.toMatchObject({
      code: 'FCGI_LISTEN_SOCKET_MISSING',
      message: expect.stringContaining(
        `LISTEN_FDS is ${JSON.stringify(count)}, which is no number of sockets`,
      ),
    });
  },
);
