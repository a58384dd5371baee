import type { IncomingMessage } from 'node:http';
import { FcgiOptionError } from '@fcgi-js/protocol/options';
import type { Params } from '../cgi/params.ts';
import type { FcgiRequest } from '../request/fcgi-request.ts';

/**
 * Where a request object keeps the {@link FcgiRequest} that it was made of: the same symbol in every copy of this package, so
 * that an application and the command that serves it may each have their own.
 */
export const REQUEST = Symbol.for('fcgi-js.request');

/**
 * The FastCGI request behind a request of `node:http` or of the Fetch standard: what HTTP cannot express. Its body and its
 * response belong to the HTTP objects.
 */
export interface AdaptedRequest
  extends Pick<
    FcgiRequest,
    'aborted' | 'connection' | 'keepConn' | 'params' | 'requestId' | 'role' | 'signal' | 'stderr'
  > {}

/** What `fromNodeListener` and `fromFetchHandler` make for an application. */
export type AdaptedMessage = IncomingMessage | Request;

/**
 * The FastCGI request that an HTTP request was made of: `stderr` for the web server's error log, `signal`, `requestId`,
 * `keepConn`, `params`.
 *
 * ```ts
 * app.use((error, req, res, next) => {
 *   fcgiRequest(req).stderr.write(`${error.stack}\n`);
 *   next(error);
 * });
 * ```
 *
 * @param message the request object that `fromNodeListener` or `fromFetchHandler` made, of any copy of this package
 * @throws FcgiOptionError where the request did not come over FastCGI, or is a copy that the application has made
 */
export function fcgiRequest(message: AdaptedMessage): AdaptedRequest {
  return requestOf('fcgiRequest()', message);
}

/**
 * The params of a request that came over FastCGI: REMOTE_USER, SSL_CLIENT_S_DN, DOCUMENT_ROOT and whatever
 * else the web server sends.
 *
 * @param message the request object that `fromNodeListener` or `fromFetchHandler` made, of any copy of this package
 * @throws FcgiOptionError where the request did not come over FastCGI, or is a copy that the application has made
 */
export function requestParams(message: AdaptedMessage): Params {
  return requestOf('requestParams()', message).params;
}

function requestOf(caller: string, message: AdaptedMessage): AdaptedRequest {
  const request = keptIn(message) ?? keptIn('socket' in message ? message.socket : undefined);
  if (request === undefined) throw new FcgiOptionError(`${caller}: this request did not come over FastCGI.`);
  return request;
}

/** A request of another copy of this package is of another class. */
function keptIn(holder: object | null | undefined): AdaptedRequest | undefined {
  return (holder as { readonly [REQUEST]?: AdaptedRequest } | null | undefined)?.[REQUEST];
}
