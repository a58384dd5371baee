import { once } from 'node:events';
import http, { type Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ApplicationServers } from '../../src/application/application-servers.ts';
import { ListenInterception } from '../../src/application/listen-interception.ts';
import type { Listen } from '../../src/application/made-up-address.ts';

const listen = NetServer.prototype.listen as Listen;
let interception: ListenInterception | undefined;

afterEach(() => interception?.restore());

function intercept(): void {
  const notice = () => {};
  const servers = new ApplicationServers({ flag: '--port', listen, notice, ownPath: undefined });
  interception = new ListenInterception(servers, { listen, original: listen }, notice);
  interception.install();
}

/** What a program sees of a server, in order. */
type Log = (...seen: unknown[]) => void;

function told(log: Log, name: string): (error?: Error & { code?: string }) => void {
  return (error) => log(name, error?.code);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Ports differ, and whether all addresses have IPv6 does not. */
function addressOf(server: Server): unknown {
  const address = server.address();
  return typeof address === 'object' && address !== null ? { ...address, port: address.port > 0 } : address;
}

const programs: Record<string, (server: Server, log: Log) => unknown> = {
  'tells its state right after listen()': async (server, log) => {
    server.on('listening', () => log('event'));
    log(server.listen(0, () => log('callback')) === server, server.listening, addressOf(server));
    await once(server, 'listening');
    log(server.listening);
  },
  'listens on an address by name': async (server, log) => {
    server.listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    log(server.listening, addressOf(server));
  },
  'tells its state while its host is looked up': async (server, log) => {
    server.on('listening', () => log('event', addressOf(server)));
    server.listen(0, '127.0.0.1', () => log('callback'));
    log('returned', server.listening, server.address());
    process.nextTick(() => log('tick', server.listening, addressOf(server)));
    await once(server, 'listening');
  },
  'listens on a host by its name': async (server, log) => {
    server.listen({ host: 'localhost', port: 0 }, () => log('callback', addressOf(server)));
    log(server.listening, server.address());
    await once(server, 'listening');
  },
  'listens on every address of IPv4': async (server, log) => {
    server.listen(0, '0.0.0.0', 511, () => log('callback', addressOf(server)));
    log(server.listening, server.address());
    await once(server, 'listening');
  },
  'has its port taken by another': async (server, log) => {
    server.listen(0);
    await once(server, 'listening');
    const port = portOf(server);
    for (const host of [undefined, '::', '0.0.0.0', '127.0.0.1']) {
      const other = http.createServer();
      other.listen({ host, port }, () => log('listening'));
      const [error] = await once(other, 'error');
      const { address, code, message, syscall } = error;
      log(code, syscall, address, message.replace(String(port), ''), error.port === port, other.listening);
    }
  },
  closes: async (server, log) => {
    server.on('close', () => log('close')).listen(0);
    log(server.close(told(log, 'closed')) === server, server.listening, server.address());
    await once(server, 'close');
    log(server.listening);
  },
  'closes twice': async (server, log) => {
    server.listen(0);
    server.close(told(log, 'first')).close(told(log, 'second'));
    await once(server, 'close');
  },
  'closes without having listened': async (server, log) => {
    server.close(told(log, 'closed'));
    await once(server, 'close');
  },
  'listens again when it has closed': async (server, log) => {
    server.on('close', () => log('close')).on('listening', () => log('listening'));
    server.listen(0);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    server.listen(0);
    await once(server, 'listening');
    log(server.listening, addressOf(server));
  },
  'listens again before it has closed': async (server, log) => {
    server.on('close', () => log('close')).on('listening', () => log('listening'));
    server.listen(0).close();
    server.listen(0);
    await once(server, 'listening');
    log(server.listening);
  },
  'listens twice': (server, log) => {
    server.listen(0);
    try {
      server.listen(0);
    } catch (error) {
      told(log, (error as Error).message)(error as Error);
    }
  },
  'is closed by a signal': async (server, log) => {
    const stop = new AbortController();
    server.listen({ port: 0, signal: stop.signal });
    await once(server, 'listening');
    stop.abort();
    await once(server, 'close');
    log(server.listening);
  },
  'is disposed of': async (server, log) => {
    server.on('close', () => log('close')).listen(0);
    await server[Symbol.asyncDispose]();
    log(server.listening);
  },
  'counts its connections': async (server, log) => {
    server.listen(0);
    await new Promise<void>((resolve) => {
      log(
        server.getConnections((error, count) => {
          log(error, count);
          resolve();
        }) === server,
      );
      log('returned');
    });
  },
  'takes the settings of a server': (server, log) => {
    log(
      server
        .listen(0)
        .ref()
        .unref()
        .setTimeout(5, () => {}) === server,
      server.timeout,
    );
    server.closeIdleConnections();
    server.closeAllConnections();
    log(server.keepAliveTimeout, server.requestTimeout, server.maxRequestsPerSocket);
  },
};

test.each(Object.entries(programs))('a server that %s is what Node makes of it', async (_name, program) => {
  const runs: unknown[][][] = [];
  for (const captures of [false, true]) {
    if (captures) intercept();
    const server = http.createServer();
    const seen: unknown[][] = [];
    await program(server, (...values) => seen.push(values));
    // What comes by itself after that.
    await new Promise((resolve) => setTimeout(resolve, 5));
    runs.push([...seen]);
    server.close();
  }
  expect(runs[1]).toEqual(runs[0]);
});

/** What `listen()` is called with. A path would be opened by Node. */
const calls: Record<string, unknown[]> = {
  'a port that is too high': [99_999_999],
  'a negative port': [-1],
  'a port that is no whole number': [{ port: 1.5 }],
  'a port that is a word': [{ port: 'abc' }],
  'an empty text': [''],
  'an empty object': [{}],
  'a truth value': [true],
  'an empty path': [{ path: '' }],
  'a host alone': [{ host: 'localhost' }],
  'a signal that is none': [{ port: 0, signal: 1 }],
  'a host that is no text': [{ host: 5, port: 0 }],
  'a backlog where the host may be': [0, 5, 'x'],
  'a port that is no number': [Number.NaN],
  'a symbol': [Symbol.iterator],
  'a descriptor below 0': [{ fd: -1 }],
  'a port that is null beside a path': [{ path: 'x', port: null }],
  'no arguments': [],
  null: [null],
  undefined: [undefined],
  'a port that is null': [{ port: null }],
  'a port in digits': ['0'],
  'a backlog': [0, 5],
};

test.each(Object.entries(calls))('listen() with %s does what it does with Node', (_name, args) => {
  const runs: unknown[] = [];
  for (const captures of [false, true]) {
    if (captures) intercept();
    const server = http.createServer();
    try {
      Reflect.apply(server.listen, server, args);
      runs.push(addressOf(server));
    } catch (error) {
      const { code, message, name } = error as Error & { code?: string };
      runs.push({ code, message, name });
    }
    server.close();
  }
  expect(runs[1]).toEqual(runs[0]);
});
