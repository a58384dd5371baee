import { createServer } from '@fcgi-js/server';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
});

function listen(address: string): Promise<string> {
  const server = createServer({ responder: () => {} });
  onTestFinished(() => server.close({ timeout: 1 }));
  return server.listen(address);
}

describe('in a process that no web server has started', () => {
  test('"auto" says how to start the program', async () => {
    vi.stubEnv('LISTEN_PID', undefined);
    vi.stubEnv('GATEWAY_INTERFACE', undefined);
    await expect(listen('auto')).rejects.toMatchObject({
      code: 'FCGI_LISTEN_SOCKET_MISSING',
      scope: 'server',
      message: expect.stringContaining('This program was not started by a web server'),
    });
  });

  test('"systemd" says that there is no socket', async () => {
    vi.stubEnv('LISTEN_PID', undefined);
    await expect(listen('systemd')).rejects.toMatchObject({
      code: 'FCGI_LISTEN_SOCKET_MISSING',
      message: expect.stringContaining('LISTEN_PID is not set'),
    });
  });

  test('"systemd" says whose the sockets are where they are for another process', async () => {
    vi.stubEnv('LISTEN_PID', '1');
    vi.stubEnv('LISTEN_FDS', '1');
    await expect(listen('systemd')).rejects.toMatchObject({
      code: 'FCGI_LISTEN_SOCKET_MISSING',
      message: expect.stringContaining(`LISTEN_PID is 1, but this process is ${process.pid}`),
    });
  });
});

describe('in a process that is told of sockets of systemd', () => {
  test('a name that is not among them is told with those that are', async () => {
    vi.stubEnv('LISTEN_PID', String(process.pid));
    vi.stubEnv('LISTEN_FDS', '2');
    vi.stubEnv('LISTEN_FDNAMES', 'status:app');
    await expect(listen('systemd:other')).rejects.toMatchObject({
      code: 'FCGI_LISTEN_SOCKET_MISSING',
      message: expect.stringContaining('no socket named "other", but: status, app'),
    });
  });
});
