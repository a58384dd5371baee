import { buffer } from 'node:stream/consumers';
import type { Role } from '@fcgi-js/protocol';
import {
  ANYTHING,
  checkOptions,
  type OptionKind,
  type OptionKinds,
  SIGNAL,
  TEXT,
} from '@fcgi-js/protocol/options';
import type { CgiResponseHead, HeaderField } from './cgi-response-head.ts';
import { FcgiClient } from './client.ts';
import type { FcgiEnd, FcgiResponse } from './fcgi-response.ts';
import type { FcgiInput } from './input.ts';
import type { FcgiAcceptor } from './memory-socket.ts';
import { PARAMS_OPTIONS, type ParamsFromRequestOptions, paramsFromFacts } from './params-from-request.ts';

/** A request for {@link inject}. Whatever a web server would say besides can be set in `params`. */
export interface InjectRequest extends Omit<ParamsFromRequestOptions, 'https'> {
  /**
   * The body. Where it is there as a whole, CONTENT_LENGTH is its length; that of a stream is not announced.
   *
   * @defaultValue none
   */
  readonly body?: FcgiInput | undefined;
  /** The file that a Filter works on; FCGI_DATA_LENGTH is set where it is there as a whole. */
  readonly data?: FcgiInput | undefined;
  /**
   * Header fields: an object, with a list where one is repeated, a `Headers`, or pairs of name and value.
   *
   * @defaultValue `Host`, with what the URL names, or else `localhost`
   */
  readonly headers?:
    | Headers
    | Iterable<readonly [name: string, value: string]>
    | Readonly<Record<string, string | readonly string[]>>
    | undefined;
  /** @defaultValue 'GET' */
  readonly method?: string | undefined;
  /**
   * What the application is asked to be.
   *
   * @defaultValue `Role.Responder`
   */
  readonly role?: Role | undefined;
  /** Aborts the request: {@link inject} is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * A path with its query, or an absolute URL (`https://example.org/path`); as sent, nothing is encoded or tidied up.
   *
   * @defaultValue '/'
   */
  readonly url?: string | undefined;
}

const { https: _, ...REQUEST_PARAMS } = PARAMS_OPTIONS;

const HEADER_FIELDS: OptionKind = {
  words: "header fields, for example { accept: 'text/html' }",
  accepts: (value) => typeof value === 'object' && value !== null,
};

const INJECT_OPTIONS: OptionKinds<InjectRequest> = {
  ...REQUEST_PARAMS,
  body: ANYTHING,
  data: ANYTHING,
  headers: HEADER_FIELDS,
  method: TEXT,
  role: ANYTHING,
  signal: SIGNAL,
  url: TEXT,
};

/** The answer to {@link inject}, as a whole. */
export class InjectedResponse implements FcgiEnd {
  /** The application's own status, of END_REQUEST. */
  readonly appStatus: number;
  /** The body. */
  readonly body: Buffer;
  /** All fields but Status, in the order they came; repeated ones stay apart. */
  readonly headers: HeaderField[];
  readonly kind: CgiResponseHead['kind'];
  /** Of END_REQUEST; compare it with `ProtocolStatus`. */
  readonly protocolStatus: number;
  readonly reason: string;
  readonly status: number;
  readonly stderr: string;
  readonly stderrDropped: number;
  readonly #response: FcgiResponse;

  /** @internal */
  constructor(response: FcgiResponse, body: Buffer, end: FcgiEnd) {
    this.#response = response;
    this.appStatus = end.appStatus;
    this.body = body;
    this.headers = response.headers;
    this.kind = response.kind;
    this.protocolStatus = end.protocolStatus;
    this.reason = response.reason;
    this.status = response.status;
    this.stderr = end.stderr;
    this.stderrDropped = end.stderrDropped;
  }

  /** The body as UTF-8. */
  text(): string {
    return this.body.toString();
  }

  /** The first value of a header field, its name in any case; `undefined` where there is none. */
  header(name: string): string | undefined {
    return this.#response.header(name);
  }

  /**
   * The body as JSON.
   *
   * @throws SyntaxError where it is none
   */
  json(): unknown {
    return JSON.parse(this.text());
  }

  /** What an Authorizer passes on; see `FcgiResponse.variables`. */
  variables(): Map<string, string> {
    return this.#response.variables();
  }
}

/**
 * Sends a request to a server in this process, with no socket and no port, and waits for the whole answer: for
 * the tests of applications. The request takes the way of every other one, records and all, so that the
 * application sees what it would see behind a web server.
 *
 * ```ts
 * const server = createServer({ responder: fromNodeListener(app) });
 * const answer = await inject(server, '/hello?name=you');
 * console.log(answer.status, answer.text());
 * ```
 *
 * @param server `createServer({ … })` of `@fcgi-js/server`; it need not listen, and can be asked any number of times
 * @param what the request, or only its URL
 * @throws FcgiOptionError where the request has a field that there is not, or of the wrong kind; otherwise as
 *   `FcgiClient.request`, also where the answer breaks off
 */
export async function inject(
  server: FcgiAcceptor,
  what: InjectRequest | string | URL = {},
): Promise<InjectedResponse> {
  const request = typeof what === 'string' || what instanceof URL ? { url: `${what}` } : what;
  checkOptions('inject()', request, INJECT_OPTIONS);
  const client = new FcgiClient({ server, keepConn: false });
  const { body, data, role, signal } = request;
  try {
    const response = await client.request({
      params: paramsFor(request),
      ...(body !== undefined && { stdin: body }),
      ...(data !== undefined && { data }),
      ...(role !== undefined && { role }),
      ...(signal !== undefined && { signal }),
    });
    const content = await buffer(response.body);
    return new InjectedResponse(response, content, await response.ended);
  } finally {
    await client.close({ timeout: 1 });
  }
}

function paramsFor(request: InjectRequest): Map<string, string> {
  const { body, data, headers = {}, method = 'GET', url = '/', ...options } = request;
  const fields = fieldsOf(headers);
  const names = new Set(fields.map(([name]) => name.toLowerCase()));
  if (!names.has('host')) fields.push(['Host', 'localhost']);
  const length = lengthOf(body);
  if (length !== undefined && !names.has('content-length')) fields.push(['Content-Length', `${length}`]);
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  const port = /:(\d+)$/.exec(authority ?? '')?.[1];
  const params = paramsFromFacts(
    {
      fields,
      https: /^https:/i.test(url),
      localAddress: '127.0.0.1',
      localPort: port === undefined ? undefined : Number(port),
      method,
      protocol: 'HTTP/1.1',
      remoteAddress: '127.0.0.1',
      remotePort: undefined,
      target: url,
    },
    options,
  );
  const dataLength = lengthOf(data);
  if (dataLength !== undefined && !params.has('FCGI_DATA_LENGTH')) {
    params.set('FCGI_DATA_LENGTH', `${dataLength}`);
  }
  return params;
}

function fieldsOf(headers: NonNullable<InjectRequest['headers']>): Array<readonly [string, string]> {
  if (Symbol.iterator in headers) return [...headers];
  return Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => [name, one] as const),
  );
}

/** Undefined where there is nothing, or a stream. */
function lengthOf(input: FcgiInput | undefined): number | undefined {
  if (typeof input === 'string') return Buffer.byteLength(input);
  return input instanceof Uint8Array ? input.length : undefined;
}
