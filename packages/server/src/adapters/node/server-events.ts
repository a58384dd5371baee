import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Stream } from 'node:stream';
import { expectationOf } from '../../cgi/request-headers.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import type { HttpMessages } from './messages.ts';
import { isReader, type NodeServer } from './node-server.ts';
import type { RequestSocket } from './request-socket.ts';

/** Those of Node's own server. The third that it has, `http.server.response.created`, `ServerResponse` sees to. */
const requestStart = diagnostics.channel('http.server.request.start');
const responseFinish = diagnostics.channel('http.server.response.finish');

type Listener = (...args: unknown[]) => unknown;

const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/**
 * Gives a request to a server as the server does it itself with one from its port: the events `connection` and
 * `request`, and what monitoring subscribes to, in their order.
 */
export function emitRequest(
  server: NodeServer,
  socket: RequestSocket,
  { params }: FcgiRequest,
  { req, res }: HttpMessages,
): void {
  if (server.listenerCount('connection') > 1) emitConnection(server, 'connection', socket);
  if (server.listenerCount('secureConnection') > 1) emitConnection(server, 'secureConnection', socket);
  if (server.timeout > 0) socket.setTimeout(server.timeout);
  if (requestStart.hasSubscribers) requestStart.publish({ request: req, response: res, socket, server });
  const event = requestEvent(server, expectationOf(params), req);
  if (event !== undefined) server.emit(event, req, res);
  // Nothing here can meet it.
  else res.writeHead(417).end();
}

/** The event that a request is; undefined for one that is answered with 417, as Node does it. */
function requestEvent(
  server: NodeServer,
  expectation: string | undefined,
  { httpVersion }: IncomingMessage,
): string | undefined {
  // RFC 9110 section 10.1.1: one of HTTP/1.0 is ignored.
  if (expectation === undefined || httpVersion === '1.0') return 'request';
  const isContinue = CONTINUE.test(expectation);
  const event = isContinue ? 'checkContinue' : 'checkExpectation';
  if (server.listenerCount(event) > 0) return event;
  // The web server has sent 100.
  return isContinue ? 'request' : undefined;
}

/** The response has been sent. */
export function publishFinish(
  server: NodeServer,
  socket: RequestSocket,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (responseFinish.hasSubscribers) responseFinish.publish({ request, response, socket, server });
}

/** To all who listen, except for Node itself: there is nothing here that it could read. */
function emitConnection(
  server: NodeServer,
  event: 'connection' | 'secureConnection',
  socket: RequestSocket,
): void {
  for (const listener of server.rawListeners(event) as Array<Listener & { listener?: Listener }>) {
    if (!isReader(listener.listener ?? listener)) Reflect.apply(listener, server, [socket]);
  }
}

/** Nothing came or went for as long as the application allows: the socket ends where nothing listens to that. */
export function emitTimeout(server: NodeServer, socket: RequestSocket, { req, res }: HttpMessages): void {
  const heardByRequest = !req.complete && req.emit('timeout', socket);
  const heardByResponse = res.socket !== null && res.emit('timeout', socket);
  const heardByServer = server.emit('timeout', socket as Stream as Socket);
  if (!(heardByRequest || heardByResponse || heardByServer)) socket.destroy();
}
