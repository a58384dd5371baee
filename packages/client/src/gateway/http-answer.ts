import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { HeaderField } from '../cgi-response-head.ts';
import { startTimer } from '../stall-timer.ts';
import type { GatewayAnswer } from './gateway-answer.ts';

/** These concern the connection to the HTTP client, which is not the application's (RFC 3875 §6.3.4). */
const CONNECTION_FIELDS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Bytes of a body that must not be sent that are read before the request is aborted. */
const UNWANTED_BYTES = 65_536;

/** Milliseconds for which it is read: a stream of events would go on for hours. */
const UNWANTED_TIME = 1_000;

/** What went wrong with a body; the answer is under way, so nothing else can be sent instead. */
export type BodyFault = 'client-gone' | 'client-stalled' | 'too-long' | 'too-short';

/**
 * The header fields for the HTTP client: without those about the connection, and those that Connection names.
 *
 * @param status without a body it has no Content-Length (RFC 9110 §8.6), but for 304: that is the length of the body not sent
 * @returns names and values in turn, as `writeHead` takes them
 */
export function answerFields(headers: readonly HeaderField[], status: number): string[] {
  const left = new Set(CONNECTION_FIELDS);
  if (!hasBody(status) && status !== 304) left.add('content-length');
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'connection') continue;
    for (const option of value.split(',')) left.add(option.trim().toLowerCase());
  }
  return headers.filter(([name]) => !left.has(name.toLowerCase())).flat();
}

/** How {@link sendAnswer} sends. */
export interface SendOptions {
  readonly isHead: boolean;
  /** Told how many bytes of the body have been handed over. */
  readonly onSent: (bytes: number) => void;
  /** Milliseconds without a byte that the client takes. */
  readonly stallTimeout: number;
}

/** Whether a response with this status can have a body (RFC 9110 §6.4.1, §15.3.6). */
export function hasBody(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304;
}

/**
 * Sends an answer to the HTTP client.
 *
 * @returns what was wrong with the body, if anything; then the client's connection has been cut, unless the
 *   body was only too long
 * @throws the error of the body where it breaks off
 */
export async function sendAnswer(
  answer: GatewayAnswer,
  http: ServerResponse,
  { isHead, onSent, stallTimeout }: SendOptions,
): Promise<BodyFault | undefined> {
  const { body, contentLength, headers, reason, status } = answer;
  const fields = answerFields(headers, status);
  // HTTP/2 has no reason phrases.
  if (reason === '' || 'stream' in http) http.writeHead(status, fields);
  else http.writeHead(status, reason, fields);
  if (isHead || !hasBody(status)) {
    http.end();
    await discard(body);
    return undefined;
  }
  // With the first bytes of the body if they are there, but not only when they are.
  const flush = setImmediate(() => http.flushHeaders());
  let sent = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      clearImmediate(flush);
      const room = (contentLength ?? Number.POSITIVE_INFINITY) - sent;
      const piece = chunk.length > room ? chunk.subarray(0, room) : chunk;
      sent += piece.length;
      onSent(piece.length);
      if (!http.write(piece)) {
        const fault = await drained(http, stallTimeout);
        if (fault !== undefined) return cut(http, fault);
      }
      if (piece.length < chunk.length) {
        http.end();
        return 'too-long';
      }
    }
  } finally {
    clearImmediate(flush);
  }
  if (contentLength !== undefined && sent < contentLength) return cut(http, 'too-short');
  http.end();
  return undefined;
}

/** Reads an unwanted body to its end, so that its connection can be kept, or stops one that is long or takes long. */
export async function discard(body: Readable): Promise<void> {
  let length = 0;
  const timer = startTimer(() => body.destroy(), UNWANTED_TIME);
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > UNWANTED_BYTES) return;
    }
  } catch (error) {
    // How a body ended that was stopped here does not matter.
    if (body.errored !== null) throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Closing the connection is the only way left to say that the answer is not whole. */
function cut(http: ServerResponse, fault: BodyFault): BodyFault {
  http.destroy();
  return fault;
}

function drained(http: ServerResponse, stallTimeout: number): Promise<BodyFault | undefined> {
  return new Promise((resolve) => {
    const done = (fault: BodyFault | undefined) => {
      clearTimeout(timer);
      http.off('drain', onDrain);
      http.off('close', onClose);
      resolve(fault);
    };
    const onDrain = () => done(undefined);
    const onClose = () => done('client-gone');
    const timer = startTimer(() => done('client-stalled'), stallTimeout);
    http.on('drain', onDrain);
    http.on('close', onClose);
    if (http.destroyed) onClose();
  });
}
