import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ListeningUpstream, Upstream } from './web-servers/web-server.ts';

/** Stands between a web server and the application, passes every byte on, and counts. */
export interface ConnectionTap {
  /** How many connections the web server has opened so far. */
  readonly opened: number;
  /** Where the web server has to connect to. */
  readonly upstream: Upstream;
  /** Ends it, and every connection that goes through it. */
  close(): Promise<void>;
}

/**
 * Starts a tap on a port of 127.0.0.1.
 *
 * @param application where the connections are passed on to
 */
export async function openConnectionTap(application: ListeningUpstream): Promise<ConnectionTap> {
  const sockets = new Set<Socket>();
  let opened = 0;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    opened += 1;
    const { kind } = application;
    const far = connect({
      allowHalfOpen: true,
      ...(kind === 'unix' ? { path: application.path } : { host: application.host, port: application.port }),
    });
    passOn(near, far, sockets);
    passOn(far, near, sockets);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    get opened() {
      return opened;
    },
    upstream: { kind: 'tcp', host: '127.0.0.1', port },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An end passes on as an end, and a lost connection as a lost connection. */
function passOn(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => {
    sockets.delete(from);
    to.destroySoon();
  });
}
