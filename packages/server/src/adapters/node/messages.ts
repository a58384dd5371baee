import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Stream } from 'node:stream';
import type { Params } from '../../cgi/params.ts';
import { expectationOf, rawHeaders } from '../../cgi/request-headers.ts';
import type { RequestTarget } from '../../cgi/request-target.ts';
import { http } from '../../node-http.ts';
import type { NodeServer } from './node-server.ts';
import type { RequestSocket } from './request-socket.ts';

/**
 * The parts of Node's HTTP classes that its documentation does not promise, all in this file. Each is looked
 * for before it is used, and has a documented way beside it.
 */
interface UndocumentedParts {
  /** Sets the header fields, from which `headers` and `headersDistinct` are made when somebody asks. */
  _addHeaderLines?(fields: string[], count: number): void;
  /** Throws the rest of the body away, as Node does after a response. */
  _dump?(): void;
  /** Whether `close` has been emitted. */
  _closed?: boolean;
  /** Of a stream: whether it emits `close` when it has been read. */
  readonly _readableState?: { emitClose: boolean };
}

/**
 * The property in which a response remembers that it owes a `drain`. It has no public name, and Node's own server
 * resets it when it emits the event; otherwise `writableNeedDrain` stays true and the next `pipe()` waits for ever.
 */
const NEED_DRAIN = ownSymbol(new http.ServerResponse(new http.IncomingMessage(new Socket())), 'kNeedDrain');

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
  // At the root `url` is all of it, as on Node's own server. Middleware that rewrites it must see the effect: Express and
  // connect take an `originalUrl` that is there for the URL before the change.
  if (target.baseUrl !== '') {
    req.baseUrl = target.baseUrl;
    req.originalUrl = target.originalUrl;
  }
  const raw = rawHeaders(params);
  const expectation = expectationOf(params);
  if (expectation !== undefined) raw.push('Expect', expectation);
  setHeaders(req, raw);
  // For other versions the response would leave out Content-Length; framing is the web server's business.
  setVersion(req, 1, 1);
  const rejectNonStandardBodyWrites = optionOf<boolean>(server, 'rejectNonStandardBodyWrites');
  const res = new OwnResponse(req, { rejectNonStandardBodyWrites });
  if (UNIQUE_HEADERS !== undefined) {
    Object.assign(res, { [UNIQUE_HEADERS]: optionOf(server, UNIQUE_HEADERS) });
  }
  const protocol = params.get('SERVER_PROTOCOL');
  const version = protocol === undefined || protocol === 'HTTP/1.1' ? null : PROTOCOL.exec(protocol);
  if (version !== null) setVersion(req, Number(version[1]), Number(version[2] ?? 0));
  // The connection to the browser is not ours to keep or close.
  res.removeHeader('Connection');
  res.assignSocket(socket as Stream as Socket);
  return { req, res };
}

/** Throws the body away, so that `end` and `close` come although nobody reads it. */
export function dumpBody(req: IncomingMessage & UndocumentedParts): void {
  if (typeof req._dump === 'function') req._dump();
  else req.resume();
}

/** The web server has caught up: emits `drain` if the response owes one. */
export function emitDrain(res: ServerResponse): void {
  if (res.writableEnded) return;
  if (NEED_DRAIN !== undefined) {
    if (!res.writableNeedDrain) return;
    Object.assign(res, { [NEED_DRAIN]: false });
  }
  res.emit('drain');
}

/** The response has been sent: takes it off its socket, and emits its `close` soon, as Node's own server does. */
export function releaseResponse(res: ServerResponse, socket: RequestSocket): void {
  res.detachSocket(socket as Stream as Socket);
  process.nextTick(() => {
    res.destroyed = true;
    emitClose(res);
  });
}

/** Emits `close` on a response that may still be written to. */
export function emitClose(res: ServerResponse & UndocumentedParts): void {
  if (res._closed === true) return;
  // `ServerResponse` would emit it again, and destroy itself, on the `close` of its socket.
  res._closed = true;
  res.emit('close');
}

/**
 * Emits `close` on a request whose body has come but has not been read. It stays readable, and does not emit
 * `close` again.
 */
export function emitRequestClose(req: IncomingMessage & UndocumentedParts): void {
  if (req._readableState !== undefined) req._readableState.emitClose = false;
  req.emit('close');
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
  return name === undefined ? undefined : (Reflect.get(server, name) as Option | undefined);
}
