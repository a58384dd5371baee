import type { IncomingMessage, ServerResponse } from 'node:http';
import { BOOLEAN, checkOptions, FcgiOptionError } from '@fcgi-js/protocol/options';
import { methodOf } from '../cgi/meta-variables.ts';
import { http } from '../node-http.ts';
import { DEFERRED, isPromise } from '../request/handler-result.ts';
import type { FcgiRequestHandler } from '../request/request-handler.ts';
import { NodeExchange } from './node/node-exchange.ts';
import { isNodeServer, type NodeServer } from './node/node-server.ts';

/** A listener as `http.createServer` takes it: an Express or connect application, `app.callback()` of Koa, … */
export type NodeListener = (req: IncomingMessage, res: ServerResponse) => unknown;

/** Options of {@link fromNodeListener}. */
export interface NodeListenerOptions {
  /**
   * Whether responses that stream ask nginx not to hold them back: `X-Accel-Buffering: no` is added to those of
   * type `text/event-stream` and those whose head is sent on its own (`flushHeaders()`), unless the application
   * has set that field. nginx obeys and removes it; other web servers pass it on.
   *
   * @defaultValue true
   */
  readonly unbufferedStreams?: boolean | undefined;
}

/**
 * Makes a handler of a listener for `node:http`, or of a server that has one. Its `req` and `res` are an
 * `http.IncomingMessage` and an `http.ServerResponse`.
 *
 * ```ts
 * const server = createServer({ responder: fromNodeListener(app) });
 * ```
 *
 * Below a prefix, `req.url` is the rest of the URL, `req.baseUrl` the prefix and `req.originalUrl` all of it; at the root
 * `baseUrl` is `''`, and there is no `originalUrl`, as on Node's own server.
 *
 * Header fields that Node's own parser would refuse (names that are not tokens, control characters in values) are left
 * out; a method that is not a token is answered with 400 without the listener.
 *
 * Requests are emitted on the server as if they had come from its port, with the classes that `http.createServer()` was
 * given, its events and time-outs, and the diagnostics channels of `node:http`. The server does not listen. A listener
 * gets a server of its own, which is `req.socket.server`.
 *
 * A listener that throws, or returns a promise that rejects, is answered with 500 if nothing was sent. Of a server that
 * was given, rejections are unhandled, as with Node.
 *
 * @param listener called for every request; or a server of `node:http` or `node:https` that is emitted it
 * @throws FcgiOptionError where the listener is neither, or an option unknown or of the wrong kind
 */
export function fromNodeListener(
  listener: NodeListener | NodeServer,
  options: NodeListenerOptions = {},
): FcgiRequestHandler {
  if (typeof listener !== 'function' && !isNodeServer(listener)) {
    throw new FcgiOptionError(
      'fromNodeListener() takes a function (req, res), for example an Express application, or a server of node:http.',
    );
  }
  checkOptions('fromNodeListener()', options, { unbufferedStreams: BOOLEAN });
  const { unbufferedStreams = true } = options;
  /** What the listener returned last; a server does not tell. */
  let result: unknown;
  const server =
    typeof listener === 'function'
      ? new http.Server((req, res) => {
          result = listener(req, res);
        })
      : listener;
  return (request) => {
    if (methodOf(request.params) === undefined) {
      request.answer.instead('400 Bad Request', 'fcgi-js: REQUEST_METHOD is not a method of HTTP.');
      return DEFERRED;
    }
    const exchange = new NodeExchange(request, server, unbufferedStreams);
    result = undefined;
    // Until its promise settles or its response has ended; what else it does cannot be seen.
    request.handlerRuns = true;
    try {
      exchange.emit();
      if (isPromise(result)) {
        result.then(
          () => request.handlerSettled(),
          (error: unknown) => {
            request.handlerSettled();
            exchange.crash(error);
          },
        );
      }
    } catch (error) {
      exchange.crash(error);
    }
    exchange.listening();
    return DEFERRED;
  };
}
