import { connect, Socket } from 'node:net';
import {
  FcgiClient,
  FcgiClientError,
  FcgiConnectError,
  paramsFromRequest,
  parseAddress,
} from '@fcgi-js/client';
import { startText } from '@fcgi-js/inspector';
import {
  encodeBeginRequest,
  encodeParams,
  encodeStreamEnd,
  RecordDecoder,
  RecordType,
  RemoteProtocolError,
  Role,
} from '@fcgi-js/protocol';
import type { Exchange } from '../facts.ts';
import { http } from '../node-http.ts';

/** What is asked for, and how long one waits. */
export interface Question {
  /** Ctrl-C: what was started is ended, and nothing more is asked. */
  readonly interrupted: AbortSignal;
  /** Called before each step that may take seconds. */
  readonly onStep: (step: string) => void;
  /** Milliseconds. */
  readonly timeout: number;
  /** Path and query. */
  readonly url: string;
}

/** Bytes of STDOUT that are kept to look at the head. */
const HEAD_BYTES = 131_072;
/** A page that is longer is not read to its end. */
const BODY_BYTES = 8_388_608;
/** Milliseconds for an application to close the connection that it was asked to close. */
const CLOSE_TIMEOUT = 2_000;

/** Failures for which one wants to see the bytes that came. */
const MAY_BE_NO_FASTCGI = [
  'FCGI_CONNECTION_CLOSED',
  'FCGI_FIRST_BYTE_TIMEOUT',
  'FCGI_PROTOCOL',
  'FCGI_STALL_TIMEOUT',
];

/** Not of a `Request`, for which Node loads WebAssembly: `ulimit -v` may not allow it. */
function paramsOf(url: string): Map<string, string> {
  const { pathname, search } = new URL(url, 'http://localhost');
  const request = new http.IncomingMessage(new Socket());
  request.httpVersion = '1.1';
  request.method = 'GET';
  request.rawHeaders = ['Host', 'localhost'];
  request.url = pathname + search;
  return paramsFromRequest(request, { remoteAddress: '127.0.0.1' });
}

/** Sends a request, as a web server does, and tells what came of it. */
export async function exchange(address: string, question: Question): Promise<Exchange> {
  const params = paramsOf(question.url);
  const head: Uint8Array[] = [];
  let headLength = 0;
  const client = new FcgiClient({
    address,
    keepConn: false,
    limits: {
      connectTimeout: question.timeout,
      firstByteTimeout: question.timeout,
      stallTimeout: question.timeout,
      requestTimeout: 2 * question.timeout,
      headBytes: HEAD_BYTES,
    },
    onRecord: ({ direction, record }) => {
      if (direction !== 'received' || record.type !== RecordType.Stdout || headLength > HEAD_BYTES) return;
      head.push(Uint8Array.from(record.content));
      headLength += record.content.length;
    },
  });
  try {
    const response = await client.request({ params, signal: question.interrupted });
    const bodyLength = await lengthOf(response.body);
    const end = bodyLength === undefined ? undefined : await response.ended;
    const text = headOf(Buffer.concat(head).toString('latin1'));
    const raw = await rawExchange(address, params, question.timeout);
    const poweredBy = response.header('x-powered-by');
    return {
      address,
      status: response.status,
      hasStatus: /^status:/im.test(text),
      hasLocation: response.location !== undefined,
      ...(poweredBy === undefined ? {} : { poweredBy }),
      headBytes: text.length,
      ...(response.contentLength === undefined ? {} : { contentLength: response.contentLength }),
      ...(bodyLength === undefined ? {} : { bodyLength }),
      ...(raw.ended ? { closes: raw.closed } : {}),
      stderr: end?.stderr ?? response.stderr,
    };
  } catch (error) {
    const described = describe(error);
    const raw = MAY_BE_NO_FASTCGI.includes(described.code)
      ? await rawExchange(address, params, CLOSE_TIMEOUT)
      : undefined;
    return {
      address,
      error: described,
      ...(raw === undefined || raw.bytes.length === 0 ? {} : { firstBytes: raw.bytes.toString('latin1') }),
      ...(described.code.startsWith('FCGI_HEAD_') ? { start: startText(Buffer.concat(head)) } : {}),
      stderr: error instanceof FcgiClientError ? error.stderr : '',
    };
  } finally {
    await client.close({ timeout: 0 });
  }
}

/** @throws what is no failure of the application */
function describe(error: unknown): NonNullable<Exchange['error']> {
  if (error instanceof RemoteProtocolError) {
    return { code: 'FCGI_PROTOCOL', message: error.message, systemCode: '' };
  }
  if (!(error instanceof FcgiClientError)) throw error;
  const cause = error instanceof FcgiConnectError ? error : error.cause;
  const systemCode =
    cause instanceof FcgiConnectError
      ? cause.systemCode
      : cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
        ? cause.code
        : '';
  return { code: error.code, message: error.message, systemCode };
}

async function lengthOf(body: AsyncIterable<Uint8Array>): Promise<number | undefined> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > BODY_BYTES) return undefined;
  }
  return length;
}

/** The head of an answer with its blank line. */
function headOf(text: string): string {
  const end = /\r?\n\r?\n/.exec(text);
  return end === null ? text : text.slice(0, end.index + end[0].length);
}

interface RawExchange {
  readonly bytes: Buffer;
  /** The connection was closed by the application. */
  readonly closed: boolean;
  /** END_REQUEST has come. */
  readonly ended: boolean;
}

/** What a client does not show: bytes that are no records, and whether the connection is closed after the end. */
function rawExchange(
  address: string,
  params: ReturnType<typeof paramsFromRequest>,
  timeout: number,
): Promise<RawExchange> {
  return new Promise((resolve) => {
    const socket = open(address);
    const decoder = new RecordDecoder();
    const kept: Buffer[] = [];
    let keptLength = 0;
    let isBroken = false;
    let ended = false;
    let timer = setTimeout(() => finish(false), timeout);
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ bytes: Buffer.concat(kept), closed, ended });
    };
    const look = (chunk: Buffer) => {
      decoder.push(chunk);
      for (let record = decoder.next(); record !== undefined; record = decoder.next()) {
        if (record.type !== RecordType.EndRequest || ended) continue;
        ended = true;
        clearTimeout(timer);
        timer = setTimeout(() => finish(false), CLOSE_TIMEOUT);
      }
    };
    socket.on('data', (chunk) => {
      if (keptLength < HEAD_BYTES) kept.push(chunk);
      keptLength += chunk.length;
      if (isBroken) return;
      try {
        look(chunk);
      } catch (error) {
        if (!(error instanceof RemoteProtocolError)) throw error;
        isBroken = true;
      }
    });
    socket.on('error', () => finish(true));
    socket.on('end', () => finish(true));
    // In one write: who speaks something else answers to the first bytes, and a second write would then fail.
    socket.write(
      Buffer.concat([
        encodeBeginRequest({ requestId: 1, role: Role.Responder, keepConn: false }),
        encodeParams(1, params),
        encodeStreamEnd(RecordType.Params, 1),
        encodeStreamEnd(RecordType.Stdin, 1),
      ]),
    );
  });
}

function open(address: string): Socket {
  const parsed = parseAddress(address);
  return parsed.kind === 'unix'
    ? connect({ path: parsed.path })
    : connect({ host: parsed.host, port: parsed.port });
}
