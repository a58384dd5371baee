import type { ServerResponse } from 'node:http';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import type { OutputObserver } from '../../request/request-output.ts';
import { type ResponseHead, ResponseWriter } from '../../request/response-writer.ts';
import { type ResponseTaker, takeDirectly } from './direct-response.ts';
import { HttpResponseReader, type ResponseSink } from './http-response-reader.ts';
import { emitDrain } from './message-events.ts';
import { RequestSocket } from './request-socket.ts';

/** What a `ServerResponse` writes, on its way to the web server. */
export class OutgoingResponse implements OutputObserver, ResponseSink, ResponseTaker {
  directHead: ResponseTaker['directHead'] = 'http';
  framing: ResponseTaker['framing'];
  readonly socket: RequestSocket;
  readonly unbuffered: boolean;
  readonly #request: FcgiRequest;
  readonly #response: ServerResponse;
  readonly #writer: ResponseWriter;
  /** Where the response is read as HTTP/1.1. */
  #reader: HttpResponseReader | undefined;

  /** @param unbuffered whether streams ask nginx not to hold them; see `NodeListenerOptions` */
  constructor(request: FcgiRequest, response: ServerResponse, socket: RequestSocket, unbuffered: boolean) {
    this.#request = request;
    this.#response = response;
    this.#writer = new ResponseWriter(request);
    this.socket = socket;
    this.unbuffered = unbuffered;
    request.output.observer = this;
    takeDirectly(response, this);
  }

  /** Whether what was written is a whole response, although the response has not been ended. */
  get isWhole(): boolean {
    if (this.directHead !== 'sent') return this.#reader?.isWhole === true && this.#writer.fault === undefined;
    return this.framing === undefined ? this.#writer.fault === undefined : this.framing.done;
  }

  /** What is wrong with a response that ends now. */
  get fault(): ResponseWriter['fault'] {
    return this.#writer.fault;
  }

  /** The response has ended: sends a head that waits for more. */
  release(): void {
    this.#writer.release();
  }

  /** Takes what was written to the socket: HTTP/1.1, unless the head was taken before. */
  write(data: string | Uint8Array, encoding: BufferEncoding, callback: (() => void) | undefined): boolean {
    if (this.directHead === 'sent') return this.#flowing(this.#writer.body(data, encoding, callback));
    this.#reader ??= new HttpResponseReader(this.#response.req.method ?? 'GET', this, this.unbuffered);
    this.#reader.write(data, encoding);
    return this.#flowing(this.#request.output.write('', 'latin1', callback));
  }

  take(
    head: ResponseHead | undefined,
    data: string | Uint8Array,
    encoding: BufferEncoding,
    callback?: () => void,
  ): boolean {
    if (head !== undefined) this.head(head, data.length === 0 && callback === undefined);
    const flowing = this.#flowing(this.#writer.body(data, encoding, callback));
    RequestSocket.wrote(this.socket, (head?.text.length ?? 0) + data.length, flowing);
    return flowing;
  }

  head(head: ResponseHead, alone: boolean): void {
    if (alone && this.unbuffered) this.#writer.holdHead(head);
    else this.#writer.head(head);
  }

  body(chunk: string | Uint8Array, encoding: BufferEncoding): void {
    this.#writer.body(chunk, encoding);
  }

  drained(): void {
    // A writer that waits learns from `close` that nothing more can be written.
    if (this.#request.output.closed) return;
    RequestSocket.drained(this.socket);
    emitDrain(this.#response);
  }

  /** `res.write()` has given false for what it held back itself, and nothing else will say that this has left. */
  #flowing(flowing: boolean): boolean {
    if (flowing && this.#response.writableNeedDrain) process.nextTick(emitDrain, this.#response);
    return flowing;
  }
}
