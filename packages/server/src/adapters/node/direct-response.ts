import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { http } from '../../node-http.ts';
import { isByteText } from '../../request/byte-text.ts';
import type { ResponseHead } from '../../request/response-writer.ts';
import { ChunkFraming } from './chunk-framing.ts';
import { type HeadParts, makeDirectHead } from './direct-head.ts';

/**
 * What `ServerResponse` calls of itself when it has a head, and when it has something to write: the two places at which a
 * response can be taken before it is HTTP/1.1. Node's documentation does not promise them. They are tried when this is
 * loaded; where they are not as expected, the HTTP/1.1 that a response writes is read instead. So are responses with fields
 * about framing, and those whose socket is not ours.
 */
interface UndocumentedParts extends HeadParts {
  readonly outputData: readonly unknown[];
  _send(
    data: Data,
    encoding?: BufferEncoding | Callback | null,
    callback?: Callback | null,
    bytes?: number,
  ): boolean;
  _storeHeader(firstLine: string, headers: unknown): void;
}

type Data = string | Uint8Array;
type Callback = () => void;
type DirectResponse = ServerResponse & UndocumentedParts & { [TAKER]: ResponseTaker };

/** What takes a response. */
export interface ResponseTaker {
  /**
   * `'http'`: the response is not taken, but read as HTTP/1.1. Otherwise the head that was made, as long as it is not sent, or
   * `'sent'`.
   */
  directHead: ResponseHead | 'http' | 'sent';
  /** Of a body whose length is not known beforehand: Node frames it all the same. */
  framing: ChunkFraming | undefined;
  /** That of the response while it is ours. */
  readonly socket: object;
  /** Whether event streams ask the web server not to hold them back. */
  readonly unbuffered: boolean;
  /**
   * Takes the next part of the body, and the head where it is not sent.
   *
   * @returns false: the web server should catch up before more is written
   */
  take(head: ResponseHead | undefined, data: Data, encoding: BufferEncoding, callback?: Callback): boolean;
}

const TAKER = Symbol('fcgi-js.taker');

const original = http.ServerResponse.prototype as ServerResponse & UndocumentedParts;
const symbols = Object.getOwnPropertySymbols(new http.ServerResponse(new http.IncomingMessage(new Socket())));
const OUT_HEADERS = symbolNamed('kOutHeaders');
const UNIQUE_HEADERS = symbolNamed('kUniqueHeaders');

/** Whether this version of Node has the parts. */
const works = isAsExpected();

/** Has a response hand over its head and its body before they are HTTP/1.1, where that is possible. */
export function takeDirectly(response: ServerResponse, taker: ResponseTaker): void {
  if (!works) return;
  const direct = response as DirectResponse;
  direct[TAKER] = taker;
  direct._storeHeader = storeHeader;
  direct._send = send;
}

function storeHeader(this: DirectResponse, firstLine: string, headers: unknown): void {
  const taker = this[TAKER];
  const head = headOf(this, headers, taker);
  taker.directHead = head ?? 'http';
  if (head === undefined) original._storeHeader.call(this, firstLine, headers);
}

/** The head for the web server; `undefined` where Node makes the one of HTTP/1.1. */
function headOf(response: DirectResponse, headers: unknown, taker: ResponseTaker): ResponseHead | undefined {
  const { socket, statusCode } = response;
  const isInterim = statusCode < 200 && statusCode !== 101;
  if (isInterim || socket !== taker.socket || Array.isArray(headers)) return undefined;
  // Which of several values are joined depends on an option of the server.
  if (partOf(response, UNIQUE_HEADERS) != null) return undefined;
  const areSet = headers === partOf(response, OUT_HEADERS);
  return makeDirectHead(response, headers as Record<string, unknown> | undefined, areSet, taker.unbuffered);
}

function send(
  this: DirectResponse,
  data: Data,
  encodingOrCallback?: BufferEncoding | Callback | null,
  givenCallback?: Callback | null,
  bytes?: number,
): boolean {
  const taker = this[TAKER];
  const { directHead } = taker;
  const { socket } = this;
  const isOurs = socket !== null && socket === taker.socket && !socket.destroyed;
  if (directHead === 'http' || !isOurs || this.outputData.length > 0) {
    taker.directHead = 'http';
    return original._send.call(this, data, encodingOrCallback, givenCallback, bytes);
  }
  this._headerSent = true;
  const isCallback = typeof encodingOrCallback === 'function';
  const callback = (isCallback ? encodingOrCallback : givenCallback) ?? undefined;
  const encoding = isCallback ? 'utf8' : (encodingOrCallback ?? 'utf8');
  if (!this.chunkedEncoding || data.length === 0) {
    // Node writes the head in the encoding of a text that comes with it.
    const headEncoding = typeof data === 'string' && encoding === 'utf8' ? encoding : 'latin1';
    return take(taker, headEncoding, data, encoding, callback, bytes);
  }
  taker.framing ??= new ChunkFraming();
  const part = taker.framing.take(data, encoding, bytes);
  if (part === 'size-end' || (part === 'size' && !taker.framing.done)) return true;
  return take(taker, 'latin1', part === 'data' ? data : '', encoding, callback, bytes);
}

/** Hands over bytes, or text of one byte a character: how long a text is as bytes is found out once. */
function take(
  taker: ResponseTaker,
  headEncoding: BufferEncoding,
  data: Data,
  encoding: BufferEncoding,
  callback: Callback | undefined,
  bytes: number | undefined,
): boolean {
  const { directHead } = taker;
  const isMade = typeof directHead === 'object';
  if (isMade) taker.directHead = 'sent';
  const head = isMade && headEncoding !== 'latin1' ? { ...directHead, encoding: headEncoding } : directHead;
  const isBytes =
    typeof data !== 'string' || (bytes === undefined ? isByteText(data, encoding) : bytes === data.length);
  const part = isBytes ? data : Buffer.from(data, encoding);
  return taker.take(typeof head === 'object' ? head : undefined, part, 'latin1', callback);
}

function symbolNamed(name: string): symbol | undefined {
  return symbols.find(({ description }) => description === name);
}

function partOf(response: DirectResponse, name: symbol | undefined): unknown {
  return name === undefined ? undefined : (response as DirectResponse & Record<symbol, unknown>)[name];
}

/** Tries all of it with responses that go nowhere. */
function isAsExpected(): boolean {
  if (OUT_HEADERS === undefined || typeof original._storeHeader !== 'function') return false;
  try {
    const whole = sent(false, (response) => response.end('c'));
    const inChunks = sent(true, (response) => {
      response.write('ab');
      response.end();
    });
    const { _contentLength, _hasBody, _headerSent, _removedContLen, _removedTE, outputData } = whole.response;
    const found = [
      [_contentLength, _hasBody, _headerSent, _removedContLen, _removedTE, outputData],
      whole.calls.slice(0, 4),
      inChunks.calls.slice(3),
    ];
    const expected = [
      [1, true, false, false, false, []],
      ['HTTP/1.1 404 Not Found\r\n', true, ['X-A', 'b'], 'c'],
      ['2', '\r\n', 'ab', '\r\n', '0\r\n\r\n'],
    ];
    return JSON.stringify(found) === JSON.stringify(expected);
  } catch {
    return false;
  }
}

/** What a response with a field calls of itself. */
function sent(chunked: boolean, answer: (response: ServerResponse) => void) {
  const response = new http.ServerResponse(new http.IncomingMessage(new Socket())) as DirectResponse;
  const calls: unknown[] = [];
  response._storeHeader = (firstLine, headers) => {
    const fields = partOf(response, OUT_HEADERS) as Record<string, unknown> | null;
    calls.push(firstLine, headers === fields, fields?.['x-a']);
    response._header = firstLine;
    response._headerSent = false;
    response.chunkedEncoding = chunked;
  };
  response._send = (data) => {
    calls.push(String(data));
    return true;
  };
  response.setHeader('X-A', 'b');
  response.statusCode = 404;
  answer(response);
  return { calls, response };
}
