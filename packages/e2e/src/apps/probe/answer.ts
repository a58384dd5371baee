import type { Writable } from 'node:stream';
import type { FcgiRequest } from '@fcgi-js/server';

/** What the head of an answer can have beside the defaults. */
export interface AnswerHead {
  readonly contentLength?: number;
  /** Default `text/plain`. */
  readonly contentType?: string;
  /** Status code and reason phrase, default `200 OK`. */
  readonly status?: string;
}

/** Writes the head of an answer (RFC 3875 §6.3). */
export function writeHead(request: FcgiRequest, head: AnswerHead = {}): Promise<void> {
  const { contentLength, contentType = 'text/plain', status = '200 OK' } = head;
  const length = contentLength === undefined ? '' : `Content-Length: ${contentLength}\r\n`;
  return written(request.stdout, `Content-Type: ${contentType}\r\n${length}Status: ${status}\r\n\r\n`);
}

/** Writes a whole answer that is text. HEAD gets its head only (RFC 3875 §4.3.3). */
export function answerText(request: FcgiRequest, text: string, head: AnswerHead = {}): Promise<void> {
  const body = Buffer.from(text);
  const { stdout } = request;
  stdout.cork();
  const headWritten = writeHead(request, { contentLength: body.length, ...head });
  const bodyWritten = wantsBody(request) ? written(stdout, body) : undefined;
  stdout.uncork();
  return bodyWritten ?? headWritten;
}

/** Writes a whole answer that is JSON. */
export function answerJson(request: FcgiRequest, value: unknown): Promise<void> {
  return answerText(request, `${JSON.stringify(value)}\n`, { contentType: 'application/json' });
}

/** Whether the answer has a body. */
export function wantsBody(request: FcgiRequest): boolean {
  return request.params.get('REQUEST_METHOD') !== 'HEAD';
}

/** Writes, and waits until there is room for more. A web server that has gone is no error: nothing waits for it. */
export function written(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(chunk, () => resolve());
  });
}
