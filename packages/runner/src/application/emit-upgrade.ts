import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { NodeServer } from '@fcgi-js/server';

/** Emits an upgrade on a server that did not accept it, whose socket names the server as Node's own does. */
export function emitUpgrade(
  server: NodeServer,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  Reflect.set(socket, 'server', server);
  server.emit('upgrade', request, socket, head);
}
