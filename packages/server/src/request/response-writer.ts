import { ContentLengthGuard } from '../cgi/content-length-guard.ts';
import { LARGE_HEAD_BYTES, streamingField } from '../cgi/response-head.ts';
import { errors, type FcgiServerError } from '../errors.ts';
import { byteLengthOf } from './byte-text.ts';
import type { RequestOutput } from './request-output.ts';

/** The request that a response belongs to. */
export interface ResponseOwner {
  readonly output: Pick<RequestOutput, 'flush' | 'write'>;
  report(error: unknown): void;
}

/** A response head as it is sent. */
export interface ResponseHead {
  /** What the body has to be as long as; `undefined` where the head does not say it, or says it of another body. */
  readonly contentLength: number | undefined;
  /** In which the characters of {@link text} become bytes. */
  readonly encoding: BufferEncoding;
  /** The fields, Status, and the blank line. */
  readonly text: string;
}

/**
 * The way of every response that is not written by a handler itself: one head, then a body that is as long as the head says.
 *
 * ```text
 *   missing ── head() ─────→ sent
 *      └────── holdHead() ─→ held ── body(), or the event loop goes on ─→ sent
 * ```
 */
export class ResponseWriter {
  readonly #owner: ResponseOwner;
  #state: 'held' | 'missing' | 'sent' = 'missing';
  #held: ResponseHead | undefined;
  #guard: ContentLengthGuard | undefined;

  constructor(owner: ResponseOwner) {
    this.#owner = owner;
  }

  /** Whether there is a head. */
  get hasHead(): boolean {
    return this.#state !== 'missing';
  }

  /** Whether more of a body was given than was announced. */
  get isTooLong(): boolean {
    return (this.#guard?.surplus ?? 0) > 0;
  }

  /** What is wrong with a response that ends now. */
  get fault(): FcgiServerError | undefined {
    if (this.#state === 'missing') return errors.FCGI_RESPONSE_EMPTY.listener();
    const missing = this.#guard?.missing ?? 0;
    return missing === 0 ? undefined : errors.FCGI_RESPONSE_TOO_SHORT.missing(missing);
  }

  /** Writes the head. */
  head(head: ResponseHead): void {
    this.#take(head);
    this.#state = 'sent';
    this.#owner.output.write(head.text, head.encoding);
  }

  /**
   * As {@link head}, but waits for what follows it. Where nothing follows before the event loop goes on, the application
   * streams, and nginx is asked not to hold the response back.
   */
  holdHead(head: ResponseHead): void {
    this.#take(head);
    this.#state = 'held';
    this.#held = head;
    setImmediate(flushHead, this);
  }

  /** Nothing has followed the head. */
  flushHead(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = { ...held, text: streamingField(held.text, true) + held.text };
    this.release();
    this.#owner.output.flush();
  }

  /** Sends a head that is held: the response has ended, or goes on. */
  release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#state = 'sent';
    this.#owner.output.write(held.text, held.encoding);
  }

  /**
   * Writes a part of the body. What exceeds Content-Length is dropped, and reported once: web servers mix up responses
   * otherwise.
   *
   * @param callback called when it has left, or never will
   * @returns false: the web server should catch up before more is written
   */
  body(chunk: string | Uint8Array, encoding: BufferEncoding, callback?: () => void): boolean {
    const { output } = this.#owner;
    if (chunk.length === 0) return output.write('', 'latin1', callback);
    this.release();
    const guard = this.#guard;
    if (guard === undefined) return output.write(chunk, encoding, callback);
    const length = typeof chunk === 'string' ? byteLengthOf(chunk, encoding) : chunk.length;
    const { surplus } = guard;
    const fitting = guard.accept(length);
    if (fitting === length) return output.write(chunk, encoding, callback);
    if (surplus === 0) this.#owner.report(errors.FCGI_RESPONSE_TOO_LONG.body());
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    return output.write(bytes.subarray(0, fitting), encoding, callback);
  }

  #take({ contentLength, text }: ResponseHead): void {
    if (contentLength !== undefined) this.#guard = new ContentLengthGuard(contentLength);
    if (text.length <= LARGE_HEAD_BYTES) return;
    this.#owner.report(errors.FCGI_RESPONSE_HEAD_LARGE.bytes(text.length));
  }
}

function flushHead(writer: ResponseWriter): void {
  writer.flushHead();
}
