import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { ResolvedGatewayLimits } from './gateway-limits.ts';

/**
 * The body of an HTTP request, read piece by piece. Ending it early leaves the request intact: destroying that,
 * as iterating over it would, takes the connection with it, and with that the answer.
 */
export class HttpBody implements AsyncIterableIterator<Uint8Array> {
  readonly #request: IncomingMessage;
  #wake: () => void = () => {};
  #isOver = false;
  #error: Error | undefined;

  constructor(request: IncomingMessage) {
    this.#request = request;
    request.on('readable', this.#onEvent);
    request.on('end', this.#onEvent);
    request.on('close', this.#onEvent);
    request.on('error', this.#onError);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (!this.#isOver) {
      const chunk: Uint8Array | null = this.#request.read();
      if (chunk !== null) return { done: false, value: chunk };
      if (this.#request.readableEnded) await this.return();
      else if (this.#error !== undefined || this.#request.destroyed) throw this.#gone();
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isOver = true;
    this.#request.off('readable', this.#onEvent);
    this.#request.off('end', this.#onEvent);
    this.#request.off('close', this.#onEvent);
    this.#wake();
    return { done: true, value: undefined };
  }

  readonly #onEvent = (): void => this.#wake();

  readonly #onError = (error: Error): void => {
    this.#error = error;
    this.#wake();
  };

  #gone(): Error {
    return this.#error ?? new Error('The HTTP client closed its connection in the middle of the request.');
  }
}

/** Whether a body follows the head of a request. */
export function announcesBody(request: IncomingMessage): boolean {
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined) return true;
  // HTTP/2 needs no length: the stream goes on, or has ended with the head.
  return http2StreamOf(request)?.endAfterHeaders === false;
}

/** The stream that a request of HTTP/2 came on. */
function http2StreamOf(request: IncomingMessage): ServerHttp2Stream | undefined {
  return 'stream' in request ? (request.stream as ServerHttp2Stream) : undefined;
}

/** A body to send, and its length where it was found out. */
export interface CollectedBody {
  /** Undefined where the body is longer than the limit. */
  readonly length: number | undefined;
  readonly stdin: AsyncIterable<Uint8Array> | Uint8Array;
}

/**
 * Reads a body of unknown length until its end or the limit.
 *
 * @param limit bytes
 */
export async function collectBody(source: AsyncIterable<Uint8Array>, limit: number): Promise<CollectedBody> {
  const body = source[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let result = await body.next(); !result.done; result = await body.next()) {
    pieces.push(result.value);
    length += result.value.length;
    if (length > limit) return { length: undefined, stdin: chain(pieces, body) };
  }
  return { length, stdin: Buffer.concat(pieces) };
}

async function* chain(
  pieces: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield Buffer.concat(pieces);
    for (let result = await rest.next(); !result.done; result = await rest.next()) yield result.value;
  } finally {
    await rest.return?.();
  }
}

/**
 * Once the answer has been sent: takes the rest of the body, so that the HTTP client can read the answer and
 * use the connection again; a client that goes on for too long loses it, or its stream of HTTP/2.
 */
export function discardRest(request: IncomingMessage, limits: ResolvedGatewayLimits): void {
  if (request.complete || request.destroyed) {
    request.resume();
    return;
  }
  let left = limits.discardBytes;
  const stream = http2StreamOf(request);
  const giveUp = () => (stream === undefined ? request.socket.destroySoon() : stream.close());
  const timer = setTimeout(giveUp, limits.discardTimeout);
  timer.unref();
  request.on('data', (chunk: Uint8Array) => {
    left -= chunk.length;
    if (left < 0) giveUp();
  });
  request.resume();
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
}
