import { lengthOf } from '../../cgi/meta-variables.ts';
import type { Params } from '../../cgi/params.ts';
import { rawHeaders } from '../../cgi/request-headers.ts';
import { requestTarget } from '../../cgi/request-target.ts';
import { absoluteUrl } from '../../cgi/request-url.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import { requestBody } from './request-body.ts';

/** Methods that the Fetch standard does not allow a `Request` to have. */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A `Request` of the Fetch standard, or the status of a request that cannot be one. */
export type StandardRequest = Request | '400 Bad Request' | '501 Not Implemented';

/** Makes a `Request` of the Fetch standard. */
export function standardRequest(request: FcgiRequest): StandardRequest {
  const { params } = request;
  const method = params.get('REQUEST_METHOD') || 'GET';
  if (!TOKEN.test(method)) return '400 Bad Request';
  if (FORBIDDEN_METHODS.has(method.toUpperCase())) return '501 Not Implemented';
  const url = absoluteUrl(params, requestTarget(params).originalUrl);
  if (url === undefined || !URL.canParse(url)) return '400 Bad Request';
  const init: RequestInit = { method, headers: headersOf(params), signal: request.signal };
  if (method === 'GET' || method === 'HEAD' || lengthOf(params, 'CONTENT_LENGTH') === 0)
    return new Request(url, init);
  return new Request(url, { ...init, body: requestBody(request), duplex: 'half' });
}

/**
 * The header fields as the Fetch standard wants them. A field whose name or value it does not allow is left
 * out, so that it does not cost the request.
 */
function headersOf(params: Params): Headers {
  const headers = new Headers();
  const raw = rawHeaders(params);
  const cookies: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    if (!TOKEN.test(name) || /[\0\r\n]/.test(value)) continue;
    // `Headers` would join cookies with a comma.
    if (name === 'Cookie') cookies.push(value);
    else headers.append(name, value);
  }
  if (cookies.length > 0) headers.set('Cookie', cookies.join('; '));
  return headers;
}
