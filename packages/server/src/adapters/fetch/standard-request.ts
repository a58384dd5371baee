import { lengthOf, methodOf } from '../../cgi/meta-variables.ts';
import type { Params } from '../../cgi/params.ts';
import { rawHeaders } from '../../cgi/request-headers.ts';
import { absoluteUrl } from '../../cgi/request-url.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import { REQUEST } from '../fcgi-request-of.ts';
import { lazyRequest } from './lazy-request.ts';
import { requestBody } from './request-body.ts';

/** Methods that the Fetch standard does not allow a `Request` to have. */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** A `Request` of the Fetch standard, or the status of a request that cannot be one. */
export type StandardRequest = Request | '400 Bad Request' | '501 Not Implemented';

type ServedRequestClass = new (url: string, init: RequestInit, request: FcgiRequest) => Request;

/** Made for the first request: where `Request` is touched, Node loads WebAssembly, which `ulimit -v` may not allow. */
let servedRequest: ServedRequestClass | undefined;

/**
 * Makes the class of a `Request` whose signal is the one of its {@link FcgiRequest}. To hand that signal to the
 * constructor would make another one that follows it, which costs several times as much as all the rest of a request.
 */
function makeServedRequest(): ServedRequestClass {
  // Without what is replaced below: TypeScript takes the members of the global one for fields.
  const PlainRequest: new (url: string, init: RequestInit) => Omit<Request, 'clone' | 'signal'> = Request;
  return class ServedRequest extends PlainRequest {
    readonly #request: FcgiRequest;

    constructor(url: string, init: RequestInit, request: FcgiRequest) {
      super(url, init);
      this.#request = request;
    }

    get [REQUEST](): FcgiRequest {
      return this.#request;
    }

    get signal(): AbortSignal {
      return this.#request.signal;
    }

    clone(): Request {
      return new Request(Request.prototype.clone.call(this), { signal: this.signal });
    }
  };
}

/** Methods that `Request` leaves as they are; it writes others so, or refuses them. */
const PLAIN_METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

/** Addresses that stay as they are when they become a `URL`: nothing to encode or to decode, no dot segments, no usual port. */
const NORMAL_URL =
  /^http:\/\/(?:[a-z](?:-?[a-z0-9])*(?:\.[a-z](?:-?[a-z0-9])*)*|127\.0\.0\.1)(?::(?!80\/)(?:[1-9]\d{0,3}|[1-5]\d{4}))?(?:\/[A-Za-z0-9\-_~!$&()*+,;=:@][A-Za-z0-9\-_~!$&()*+,;=:@.]*)*\/?(?:\?[A-Za-z0-9\-_~!$&()*+,;=:@/?.%]*)?$/;

/** Makes a `Request` of the Fetch standard. */
export function standardRequest(request: FcgiRequest): StandardRequest {
  const { params } = request;
  const method = methodOf(params);
  if (method === undefined) return '400 Bad Request';
  if (FORBIDDEN_METHODS.has(method.toUpperCase())) return '501 Not Implemented';
  const address = absoluteUrl(params, request.target.originalUrl, request.target.baseUrl);
  if (address === undefined) return '400 Bad Request';
  if (!PLAIN_METHODS.has(method)) return makeRequest(request, method, address);
  const url = NORMAL_URL.test(address) ? address : hrefOf(address);
  if (url === undefined) return '400 Bad Request';
  const make = () => makeRequest(request, method, url) as Request;
  return (
    lazyRequest({ make, method, request, signal: () => request.signal, url }) ??
    makeRequest(request, method, url)
  );
}

/** An address as `URL` writes it. */
function hrefOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).href : undefined;
}

function makeRequest(request: FcgiRequest, method: string, url: string): StandardRequest {
  const { params } = request;
  const bodyless = method === 'GET' || method === 'HEAD' || lengthOf(params, 'CONTENT_LENGTH') === 0;
  const init: RequestInit = bodyless ? { method } : { method, body: requestBody(request), duplex: 'half' };
  let standard: Request;
  try {
    servedRequest ??= makeServedRequest();
    standard = new servedRequest(url, init, request);
  } catch (error) {
    // Asking beforehand would read every URL twice.
    if (URL.canParse(url)) throw error;
    return '400 Bad Request';
  }
  addHeaders(standard.headers, params);
  return standard;
}

/** Adds the header fields as the Fetch standard wants them. */
function addHeaders(headers: Headers, params: Params): void {
  const raw = rawHeaders(params);
  let cookies = '';
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    // `Headers` would join cookies with a comma.
    if (name === 'Cookie') cookies = cookies === '' ? value : `${cookies}; ${value}`;
    else headers.append(name, value);
  }
  if (cookies !== '') headers.set('Cookie', cookies);
}
