import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Stream } from 'node:stream';
import type { Params } from '../../cgi/params.ts';
import { expectationOf, rawHeaders } from '../../cgi/request-headers.ts';
import type { RequestTarget } from '../../cgi/request-target.ts';
import { http } from '../../node-http.ts';
import type { NodeServer } from './node-server.ts';
import type { RequestSocket } from './request-socket.ts';

/**
 * What Node's documentation does not promise of the classes that messages are made of. Each part is looked for before it is
 * used, and has a documented way beside it; `message-events.ts` and `direct-response.ts` have the others.
 */
interface UndocumentedParts {
  /** Sets the header fields, from which `headers` and `headersDistinct` are made when they are read. */
  _addHeaderLines?(fields: string[], count: number): void;
}

/** The properties in which a server keeps what `http.createServer()` was given for its requests and responses. */
const A_SERVER = new http.Server();
const INCOMING_MESSAGE = ownSymbol(A_SERVER, 'IncomingMessage');
const SERVER_RESPONSE = ownSymbol(A_SERVER, 'ServerResponse');
const UNIQUE_HEADERS = ownSymbol(A_SERVER, 'kUniqueHeaders');

/** The constructor of responses, with the second parameter that Node documents and its types lack. */
type ResponseClass = new (
  req: IncomingMessage,
  options: { readonly rejectNonStandardBodyWrites: boolean | undefined },
) => ServerResponse;

/** The request and response objects of one request, and the prefix the application is mounted at. */
export interface HttpMessages {
  readonly req: IncomingMessage & { baseUrl?: string; originalUrl?: string };
  readonly res: ServerResponse;
}

const PROTOCOL = /^HTTP\/(\d)(?:\.(\d))?$/;

/** Makes `req` and `res` of the params of a request. */
export function createMessages(params: Params, target: RequestTarget, socket: RequestSocket): HttpMessages {
  const { server } = socket;
  const OwnMessage = optionOf<typeof IncomingMessage>(server, INCOMING_MESSAGE) ?? http.IncomingMessage;
  const OwnResponse: ResponseClass = optionOf<ResponseClass>(server, SERVER_RESPONSE) ?? http.ServerResponse;
  // What is asked of the socket is there; see the list of members in RequestSocket.
  const req: HttpMessages['req'] = new OwnMessage(socket as Stream as Socket);
  req.method = params.get('REQUEST_METHOD') || 'GET';
  req.url = target.url;
  // Always there, as in Express, so that `${req.baseUrl}/login` is right at the root as well.
  req.baseUrl = target.baseUrl;
  // At the root `url` is all of it, as on Node's own server. Middleware that rewrites it must see the effect: Express and
  // connect take an `originalUrl` that is there for the URL before the change.
  if (target.baseUrl !== '') req.originalUrl = target.originalUrl;
  const raw = rawHeaders(params);
  const expectation = expectationOf(params);
  if (expectation !== undefined) raw.push('Expect', expectation);
  setHeaders(req, raw);
  // For other versions the response would leave out Content-Length; framing is the web server's business.
  setVersion(req, 1, 1);
  const rejectNonStandardBodyWrites = optionOf<boolean>(server, 'rejectNonStandardBodyWrites');
  const res = new OwnResponse(req, { rejectNonStandardBodyWrites });
  const uniqueHeaders = optionOf(server, UNIQUE_HEADERS);
  if (uniqueHeaders != null) Reflect.set(res, UNIQUE_HEADERS!, uniqueHeaders);
  const protocol = params.get('SERVER_PROTOCOL');
  const version = protocol === undefined || protocol === 'HTTP/1.1' ? null : PROTOCOL.exec(protocol);
  if (version !== null) setVersion(req, Number(version[1]), Number(version[2] ?? 0));
  assignSocket(res, socket);
  return { req, res };
}

/** As `assignSocket()` does, but without a listener for each of them: RequestSocket closes the response itself. */
function assignSocket(res: ServerResponse, socket: RequestSocket): void {
  if (res.assignSocket !== http.ServerResponse.prototype.assignSocket || res.listenerCount('socket') > 0) {
    res.assignSocket(socket as Stream as Socket);
    return;
  }
  socket._httpMessage = res;
  (res as { socket: unknown }).socket = socket;
}

function setHeaders(req: IncomingMessage & UndocumentedParts, raw: string[]): void {
  if (typeof req._addHeaderLines === 'function') {
    req._addHeaderLines(raw, raw.length);
    return;
  }
  req.rawHeaders = raw;
  const distinct: Record<string, string[]> = Object.create(null);
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    distinct[name] ??= [];
    distinct[name].push(raw[i + 1]!);
    req.headers[name] = distinct[name].join(name === 'cookie' ? '; ' : ', ');
  }
  req.headersDistinct = distinct;
}

function setVersion(req: IncomingMessage, major: number, minor: number): void {
  req.httpVersion = `${major}.${minor}`;
  req.httpVersionMajor = major;
  req.httpVersionMinor = minor;
}

function ownSymbol(object: object, name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === name);
}

function optionOf<Option>(server: NodeServer, name: string | symbol | undefined): Option | undefined {
  return name === undefined ? undefined : (server as NodeServer & Record<string | symbol, Option>)[name];
}
