import { FcgiOptionError } from '@fcgi-js/protocol/options';
import { isFieldValue, isToken } from '../cgi/field-syntax.ts';
import type { Params } from '../cgi/params.ts';
import { errors } from '../errors.ts';
import type { FcgiRequest } from '../request/fcgi-request.ts';
import { DEFERRED, type HandlerResult, isPromise, isResponse } from '../request/handler-result.ts';
import type { FcgiRequestHandler } from '../request/request-handler.ts';
import { bodySource } from './fetch/body-source.ts';
import { OutgoingResponse } from './fetch/outgoing-response.ts';
import { standardRequest } from './fetch/standard-request.ts';

/** What a fetch handler gets beside the request. */
export interface FetchContext {
  /** The prefix that the application is mounted at, without a slash at its end; '' at the root. */
  readonly baseUrl: string;
  /** The params that the web server sent, as the option `params` of `createServer` has made them. */
  readonly params: Params;
  /** The request as FastCGI knows it. */
  readonly request: FcgiRequest;
  /** Keeps the server from closing before a promise has settled; the response does not wait for it. */
  waitUntil(promise: Promise<unknown>): void;
}

/** The context in the form of the service workers that Hono's third argument comes from. */
export interface FetchExecutionContext extends FetchContext {
  /** Does nothing: there is no other handler to pass a request to. What a handler throws is answered with 500. */
  passThroughOnException(): void;
  /** Empty. */
  readonly props: Readonly<Record<string, never>>;
}

/**
 * A function of the Fetch standard: `app.fetch` of Hono or h3, `router.fetch` of itty-router, or your own. The
 * context is passed twice, because Hono takes its bindings from the second argument and `waitUntil` from the
 * third.
 */
export type FetchHandler = (
  request: Request,
  context: FetchContext,
  executionContext: FetchExecutionContext,
) => Response | Promise<Response>;

const NOT_EXPRESSIBLE =
  'fcgi-js: the request cannot be expressed in the Fetch standard: its method or Host is not valid there, or the web server has left dot segments in its path.';

/**
 * Makes a handler of a fetch function.
 *
 * ```ts
 * const server = createServer({ responder: fromFetchHandler(app.fetch) });
 * ```
 *
 * `request.url` is the address that the browser sees, as `URL` normalises it. `request.signal` is aborted when the
 * browser has gone; pass it on where the request itself is passed on: `fetch(request, { signal: request.signal })`.
 * A request that the Fetch standard cannot express is answered without the handler: 501 for CONNECT and TRACE, 400 for a
 * method or Host that is not valid, and for a path with dot segments that the web server has not resolved to the same
 * path, because the handler would see another one than the rules of the web server were applied to.
 *
 * @param handler called for every request; what it throws is answered with 500
 * @throws FcgiOptionError where it is no function
 */
export function fromFetchHandler(handler: FetchHandler): FcgiRequestHandler {
  if (typeof handler !== 'function') {
    throw new FcgiOptionError(
      'fromFetchHandler() takes a function (request) => response, for example app.fetch of Hono.',
    );
  }
  return (request): HandlerResult | Promise<HandlerResult> => {
    const standard = standardRequest(request);
    if (typeof standard === 'string') {
      request.answer.instead(standard, NOT_EXPRESSIBLE);
      return DEFERRED;
    }
    const context: FetchExecutionContext = {
      baseUrl: request.target.baseUrl,
      params: request.params,
      passThroughOnException: () => {},
      props: {},
      request,
      waitUntil: (promise) => request.waitUntil(promise),
    };
    const response: unknown = handler(standard, context, context);
    if (!isPromise(response)) return answer(request, response);
    return Promise.resolve(response).then((settled) => answer(request, settled));
  };
}

function answer(request: FcgiRequest, response: unknown): HandlerResult | Promise<HandlerResult> {
  // By what it can do, not by its class: frameworks bring their own.
  if (!isResponse(response)) {
    throw errors.FCGI_RESPONSE_EMPTY.fetch();
  }
  // `Response.error()` is one of the standard, and has status 0.
  if (!(response instanceof Response) || response.status === 0) checkHead(response);
  const outgoing = new OutgoingResponse(request, response);
  const source = bodySource(response);
  if (source === undefined) return outgoing.send().then(() => DEFERRED);
  outgoing.sendWhole(source);
  return DEFERRED;
}

/** What the class of the standard would have checked: nothing may get into the head that is no part of it. */
function checkHead({ status, statusText, headers }: Response): void {
  const isSendable =
    Number.isInteger(status) &&
    status >= 200 &&
    status <= 999 &&
    isFieldValue(statusText ?? '') &&
    [...headers].every(([name, value]) => isToken(name) && isFieldValue(value));
  if (!isSendable) {
    throw errors.FCGI_RESPONSE_HEAD_INVALID.fetch();
  }
}
