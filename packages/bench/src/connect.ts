import { connect, type NetConnectOpts, type Socket } from 'node:net';

/**
 * Connects.
 *
 * @param options where to
 * @throws Error where nobody listens
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
 * Whether somebody listens there.
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
