import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the kernel gives to outgoing connections, so that none of those can be in the way. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const ATTEMPTS = 100;
const HOST = '127.0.0.1';

/** A TCP port on 127.0.0.1 that no other test uses. */
export interface ReservedPort {
  readonly port: number;
  /** Lets others have it. */
  release(): void;
}

/**
 * Finds a free port and keeps other tests, in this process or another, away from it until it is released. The lock is
 * a UDP socket on the port of the same number: the kernel takes it back even if the process dies.
 *
 * @throws Error when none is found
 */
export async function reservePort(): Promise<ReservedPort> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const lock = await lockPort(port);
    if (lock === undefined) continue;
    if (await isFree(port)) return { port, release: () => lock.close() };
    lock.close();
  }
  throw new Error(`no free port on ${HOST} in ${ATTEMPTS} attempts`);
}

async function lockPort(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.bind({ port, address: HOST, exclusive: true });
    await once(socket, 'listening');
    return socket.unref();
  } catch {
    socket.close();
    return undefined;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
