import { readFileSync } from 'node:fs';
import { connect, createServer as createNetServer, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import {
  createServer,
  type FcgiServer,
  type FcgiServerOptions,
  parseListenAddress,
  type ServerLimits,
} from '@fcgi-js/server';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AS_NOBODY, Child, program, whyNotRoot } from '../support/child.ts';
import { dialAddress } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { because } from '../support/skipping.ts';
import { request } from '../support/wire.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);
/** An address of this machine that is not loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

function newServer(options: Partial<FcgiServerOptions> = {}): { server: FcgiServer; codes: string[] } {
  const codes: string[] = [];
  const server = createServer({
    responder: ({ connection, stdout }) => {
      stdout.end(`Status: 200\r\n\r\n${connection.remoteAddress}`);
    },
    onError: (error) => codes.push((error as NodeJS.ErrnoException).code ?? String(error)),
    ...options,
  });
  onTestFinished(() => server.close({ timeout: 1 }));
  return { server, codes };
}

/** The answer over a connection to that address: whom the application takes the web server for. */
async function ask(address: string): Promise<string> {
  const peer = new Peer(await dialAddress(address));
  peer.send(request(1));
  const { body } = await peer.answer(1);
  peer.leave();
  return body;
}

describe('listening on TCP', () => {
  test.each(['tcp:127.0.0.1:0', '127.0.0.1:0', ':0', 'tcp::0'])(
    '%s takes a free port and tells which',
    async (address) => {
      const { server } = newServer();
      const actual = await server.listen(address);
      expect(actual).toMatch(/^tcp:127\.0\.0\.1:[1-9]\d*$/);
      expect(parseListenAddress(actual)).toMatchObject({ kind: 'tcp' });
      expect(await ask(actual)).toBe('127.0.0.1');
    },
  );

  test('a host name stands for its address', async () => {
    const { server } = newServer();
    const actual = await server.listen('localhost:0');
    const parsed = parseListenAddress(actual);
    expect(parsed.kind === 'tcp' && isIP(parsed.host)).toBeTruthy();
    expect(['127.0.0.1', '::1']).toContain(await ask(actual));
  });

  test.skipIf(because(hasIpv6 ? undefined : 'this machine has no IPv6'))(
    'IPv6 (skipped where the machine has none)',
    async () => {
      const { server } = newServer();
      const actual = await server.listen('[::1]:0');
      expect(actual).toMatch(/^tcp:\[::1\]:[1-9]\d*$/);
      expect(await ask(actual)).toBe('::1');
    },
  );

  test('on several addresses at once', async () => {
    const { server } = newServer();
    const addresses = [await server.listen(':0'), await server.listen(':0')];
    for (const address of addresses) expect(await ask(address)).toBe('127.0.0.1');
    expect(server.stats().totalConnections).toBe(2);
  });

  test('ends with close(): the port is free again', async () => {
    const { server } = newServer();
    const actual = await server.listen(':0');
    await server.close();
    await expect(dialAddress(actual)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const { server: next } = newServer();
    expect(await next.listen(actual)).toBe(actual);
  });
});

describe('an address that cannot be listened on is told with the remedy', () => {
  test('a port that is taken', async () => {
    const { server } = newServer();
    const actual = await server.listen(':0');
    const { server: second } = newServer();
    await expect(second.listen(actual)).rejects.toMatchObject({
      name: 'FcgiServerError',
      code: 'FCGI_ADDRESS_IN_USE',
      scope: 'server',
      message: expect.stringMatching(
        /Another process listens on tcp:127\.0\.0\.1:\d+\. Stop it .* choose another/,
      ),
    });
  });

  test('an address of another machine', async () => {
    const { server } = newServer({ allow: ['192.0.2.0/24'] });
    await expect(server.listen('192.0.2.1:9000')).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_INVALID',
      message: expect.stringContaining('ip address'),
    });
  });

  test('a host name that stands for no address', async () => {
    const { server } = newServer({ allow: ['192.0.2.0/24'] });
    // No resolver is asked for a name with an empty label.
    await expect(server.listen('no..such:9000')).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_INVALID',
      message: expect.stringContaining('no..such:9000 is not an address of this machine'),
    });
  });

  test.skipIf(because(whyNotRoot()))('a port that is for root', async () => {
    const [command, ...args] = [...AS_NOBODY, process.execPath, program('app'), '127.0.0.1:80'];
    // Where every user may listen on low ports, there is nothing to be denied.
    const child = new Child('sh', [
      '-c',
      'test "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -le 80 || exec "$@"',
      'sh',
      command!,
      ...args,
    ]);
    const status = await child.ended;
    if (status !== 0) expect(child.stderr).toMatch(/^FCGI_ADDRESS_DENIED: .*Ports below 1024 are for root/);
  });

  test('what is no address at all', async () => {
    const { server } = newServer();
    await expect(server.listen('localhost')).rejects.toMatchObject({ code: 'FCGI_ADDRESS_INVALID' });
  });

  test('and the server can listen elsewhere afterwards', async () => {
    const { server } = newServer();
    await expect(server.listen('192.0.2.1:9000')).rejects.toThrow();
    expect(await ask(await server.listen(':0'))).toBe('127.0.0.1');
  });
});

describe('an address that others can reach', () => {
  test.each(['0.0.0.0:0', '[::]:0', '192.0.2.1:9000'])('%s needs the option "allow"', async (address) => {
    const { server } = newServer();
    await expect(server.listen(address)).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_DENIED',
      message: expect.stringContaining('allow: ['),
    });
  });

  test('is listened on with it, and peers that are not in it are closed at once and told of', async () => {
    const { server, codes } = newServer({ allow: ['192.0.2.7'] });
    const actual = await server.listen('0.0.0.0:0');
    expect(actual).toMatch(/^tcp:0\.0\.0\.0:\d+$/);
    const peer = new Peer(await dialAddress(actual.replace('0.0.0.0', '127.0.0.1')));
    peer.stream.on('error', () => {});
    peer.send(request(1));
    await peer.ended();
    expect(peer.records).toEqual([]);
    expect(codes).toEqual(['FCGI_PEER_NOT_ALLOWED']);
    expect(server.stats()).toMatchObject({ connections: 0, totalRequests: 0 });
  });

  test('lets in those that are allowed', async () => {
    const { server } = newServer({ allow: ['127.0.0.0/8'] });
    const actual = await server.listen('0.0.0.0:0');
    expect(await ask(actual.replace('0.0.0.0', '127.0.0.1'))).toBe('127.0.0.1');
  });

  test.skipIf(because(outside === undefined ? 'this machine has no address but loopback' : undefined))(
    'turns away this machine itself under another address',
    async () => {
      const { server, codes } = newServer({ allow: ['127.0.0.1'] });
      const actual = await server.listen('0.0.0.0:0');
      const peer = new Peer(await dialAddress(actual.replace('0.0.0.0', outside!)));
      peer.stream.on('error', () => {});
      await peer.ended();
      expect(codes).toEqual(['FCGI_PEER_NOT_ALLOWED']);
    },
  );
});

describe('FCGI_WEB_SERVER_ADDRS', () => {
  test('names who may connect, without the option "allow"', async () => {
    vi.stubEnv('FCGI_WEB_SERVER_ADDRS', '192.0.2.7, 127.0.0.1');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { server } = newServer();
    const actual = await server.listen('0.0.0.0:0');
    expect(await ask(actual.replace('0.0.0.0', '127.0.0.1'))).toBe('127.0.0.1');
  });

  test('turns away everybody else, at once', async () => {
    vi.stubEnv('FCGI_WEB_SERVER_ADDRS', '192.0.2.7');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { server, codes } = newServer();
    const peer = new Peer(await dialAddress(await server.listen(':0')));
    peer.stream.on('error', () => {});
    await peer.ended();
    expect(codes).toEqual(['FCGI_PEER_NOT_ALLOWED']);
  });

  test('with something that is no address makes no server', () => {
    vi.stubEnv('FCGI_WEB_SERVER_ADDRS', 'localhost');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(() => newServer()).toThrow(/FCGI_WEB_SERVER_ADDRS has "localhost"/);
  });
});

test('another server of the process keeps its port when this one closes', async () => {
  const other = createNetServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { server } = newServer();
  await server.listen(':0');
  await server.close();
  const address = other.address();
  const port = typeof address === 'object' ? address!.port : 0;
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.destroy();
});

/** The accepted connection of a port, as the kernel sees it: what its timer is for, and when it goes off, in seconds. */
function timerOf(port: number): { kind: string; seconds: number } | undefined {
  const own = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'latin1').split('\n').slice(1)) {
    const [, local = '', , state, , timer = ''] = line.trim().split(/\s+/);
    const [kind = '', ticks = ''] = timer.split(':');
    if (local.endsWith(own) && state === ESTABLISHED)
      return { kind, seconds: Number.parseInt(ticks, 16) / 100 };
  }
  return undefined;
}

const ESTABLISHED = '01';
const KEEP_ALIVE = '02';
const isElsewhere = because(
  process.platform === 'linux' ? undefined : 'the timers of sockets are read from /proc',
);

describe.skipIf(isElsewhere)('Whether a silent web server is still there', () => {
  test.each([
    [undefined, 55, 60],
    [30_000, 25, 30],
    [1, 0, 1],
    [1e12, 32_760, 32_767],
  ])('is asked after limits.keepAliveDelay of %s ms', async (keepAliveDelay, least, most) => {
    const timer = await timerWith(keepAliveDelay === undefined ? {} : { keepAliveDelay });
    expect(timer?.kind).toBe(KEEP_ALIVE);
    expect(timer?.seconds).toBeGreaterThanOrEqual(least);
    expect(timer?.seconds).toBeLessThanOrEqual(most);
  });

  test('is never asked with a limit of Infinity', async () => {
    const timer = await timerWith({ keepAliveDelay: Number.POSITIVE_INFINITY });
    expect(timer?.kind).toBe('00');
  });

  async function timerWith(limits: ServerLimits) {
    const { server } = newServer({ limits });
    const address = await server.listen('127.0.0.1:0');
    const socket = connect(Number(address.split(':').pop()), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await vi.waitUntil(() => server.stats().connections === 1);
    return timerOf(Number(address.split(':').pop()));
  }
});
