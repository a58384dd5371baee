import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import { factsOfNode } from '../params-from-request.ts';
import type { GatewaySettings } from './ask-application.ts';
import { refusalOf } from './check-request.ts';
import { serveFailure, serveRequest } from './serve-request.ts';

/** Sees a request first, and answers it or calls `next`; see `GatewayOptions.before`. */
export type BeforeRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * A function for servers of `node:http`, `node:https` and `node:http2` that serves requests. The messages of HTTP/2 have what is
 * used of those of HTTP/1.1.
 */
export type GatewayListener = (
  request: Http2ServerRequest | IncomingMessage,
  response: Http2ServerResponse | ServerResponse,
) => void;

/** A listener that serves requests: each by what is to see it before, or else by the application. */
export function httpListener(before: BeforeRequest | undefined, settings: GatewaySettings): GatewayListener {
  /** What still comes on them may be part of a body. */
  const distrusted = new WeakSet<Socket>();
  return (givenRequest, givenResponse) => {
    const request = givenRequest as IncomingMessage;
    const response = givenResponse as ServerResponse;
    // Node hands out requests that follow in the same packet before the refusal of the first has closed the connection.
    if (distrusted.has(request.socket)) return;
    const refusal = refusalOf(factsOfNode(request), settings.hosts);
    if (refusal?.connection === 'closed') distrusted.add(request.socket);
    const serve = () => {
      // Never rejects; and if it did, the process and the other requests would still have to live.
      serveRequest(request, refusal, response, settings).catch(() => response.destroy());
    };
    if (before === undefined || refusal !== undefined) return serve();
    const next = (error?: unknown) => {
      if (error === undefined || error === null) serve();
      else serveFailure(error, request, response, settings);
    };
    try {
      before(request, response, next);
    } catch (error) {
      next(error);
    }
  };
}
