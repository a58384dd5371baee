import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { expectationOf } from '../../cgi/request-headers.ts';
import { http } from '../../node-http.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import type { HttpMessages } from './messages.ts';
import type { RequestSocket } from './request-socket.ts';

/** A server of `node:http` or `node:https`, whether it listens or not. */
export type NodeServer = Server | HttpsServer;

/** Those of Node's own server. The third that it has, `http.server.response.created`, `ServerResponse` sees to. */
const requestStart = diagnostics.channel('http.server.request.start');
const responseFinish = diagnostics.channel('http.server.response.finish');

type Listener = (...args: unknown[]) => unknown;

/** Listeners by which Node reads HTTP or TLS from a connection: there is none to be read here. */
const readers = new Set<unknown>(new http.Server().listeners('connection'));

/** Whether a value is a server of `node:http` or `node:https`. */
export function isNodeServer(value: unknown): value is NodeServer {
  return value instanceof http.Server || (typeof value === 'object' && value instanceof httpsServer());
}

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

/** To all who listen, except for Node itself. */
function emitConnection(
  server: NodeServer,
  event: 'connection' | 'secureConnection',
  socket: RequestSocket,
): void {
  for (const listener of server.rawListeners(event) as Array<Listener & { listener?: Listener }>) {
    if (!readers.has(listener.listener ?? listener)) Reflect.apply(listener, server, [socket]);
  }
}

let loadedHttps: typeof HttpsServer | undefined;

/** Loaded when it is first asked for: few applications need TLS. */
function httpsServer(): typeof HttpsServer {
  if (loadedHttps === undefined) {
    loadedHttps = process.getBuiltinModule('node:https').Server;
    for (const reader of new loadedHttps().listeners('connection')) readers.add(reader);
  }
  return loadedHttps;
}
