import type { Socket } from 'node:net';
import type { Stream } from 'node:stream';
import type { NodeServer } from './node-server.ts';
import type { RequestSocket } from './request-socket.ts';

/**
 * Limits the time that a body may take to `requestTimeout` of its server, as Node does. Then `clientError` of the server decides.
 *
 * @param request told the reason where nothing listens for that event
 * @returns `undefined` where the server has no limit
 */
export function startRequestTimer(
  server: NodeServer,
  socket: RequestSocket,
  request: { expired(reason: string): void },
): NodeJS.Timeout | undefined {
  const { requestTimeout } = server;
  // Milliseconds; 0 is no limit.
  if (!(requestTimeout > 0)) return undefined;
  return setTimeout(() => {
    const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    if (server.emit('clientError', error, socket as Stream as Socket)) return;
    request.expired(`The body has not come within ${requestTimeout} ms (requestTimeout of the server).`);
  }, requestTimeout).unref();
}
