import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import type { FcgiServer } from '@fcgi-js/server';

/**
 * Gives every connection to a Unix socket to the server as one end of an in-memory pair, so that it serves something
 * that is no socket: it takes what is written at once and whole, and knows neither resets nor half a close.
 *
 * @param server gets the connections
 * @param path where the socket is made
 * @returns what stops accepting
 */
export async function listenInMemory(server: FcgiServer, path: string): Promise<() => void> {
  const listener = createServer({ allowHalfOpen: true }, (socket) => bridge(socket, server));
  listener.listen(path);
  await once(listener, 'listening');
  return () => listener.close();
}

function bridge(socket: Socket, server: FcgiServer): void {
  const [near, far] = duplexPair();
  socket.pipe(near).pipe(socket);
  // A pair does not tell one end that the other was destroyed.
  socket.on('error', () => near.destroy());
  socket.on('close', () => near.destroy());
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
  near.on('close', () => socket.destroySoon());
  server.accept(far);
}
