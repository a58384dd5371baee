import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/**
 * Connects.
 *
 * @param options where to
 * @throws Error where no process listens
 */
export function open(options: NetConnectOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/**
 * Whether a process listens there.
 *
 * @param options where
 */
export async function canConnect(options: NetConnectOpts): Promise<boolean> {
  try {
    (await open(options)).destroy();
    return true;
  } catch {
    return false;
  }
}

/** The options for an address: the path of a Unix socket, or `host:port`. */
export function optionsOf(address: string): NetConnectOpts {
  if (address.startsWith('/')) return { path: address };
  const [host = '', port] = address.split(':');
  return { host, port: Number(port) };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('A TCP server without a port.');
  return address.port;
}
