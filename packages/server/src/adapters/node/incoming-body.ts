import type { IncomingMessage } from 'node:http';
import type { InputSink, InputSource } from '../../request/input-source.ts';
import { closeQuietly, dumpBody, emitRequestClose, endQuietly, isUnwatched } from './message-events.ts';
import { RequestSocket } from './request-socket.ts';

/** Told when all of a body has come, or when the rest of it will not. */
export interface BodyOwner {
  bodyEnded(): void;
}

/** The body of a request on its way to an `IncomingMessage`, and the end of that, as on Node's own server. */
export class IncomingBody implements InputSink {
  readonly #owner: BodyOwner;
  readonly #request: IncomingMessage;
  readonly #socket: RequestSocket;
  readonly #source: InputSource;
  #timer: NodeJS.Timeout | undefined;
  /** The request has been told, or sees for itself, that it is over. */
  #closed = false;

  constructor(request: IncomingMessage, source: InputSource, socket: RequestSocket, owner: BodyOwner) {
    this.#request = request;
    this.#source = source;
    this.#socket = socket;
    this.#owner = owner;
    source.attach(this);
  }

  /** Whether anything takes the body, now or when it is no longer paused. */
  get isRead(): boolean {
    return this.#request.listenerCount('data') > 0 || this.#request.listenerCount('readable') > 0;
  }

  /** Whether the application reads a body of which more is to come. */
  get isAwaited(): boolean {
    const { readableFlowing } = this.#request;
    return readableFlowing === true || this.#request.listenerCount('readable') > 0;
  }

  push(chunk: Uint8Array): boolean {
    RequestSocket.touch(this.#socket, chunk.length);
    return this.#request.push(chunk);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#request.complete = true;
    if (!endQuietly(this.#request)) this.#request.push(null);
    this.#owner.bodyEnded();
  }

  fail(error: Error): void {
    clearTimeout(this.#timer);
    // As after a FIN: `on-finished` (Express) waits for more otherwise, and never answers.
    this.#socket.readable = false;
    this.#destroy(error);
    this.#owner.bodyEnded();
  }

  /** The application asks for more. */
  resume(): void {
    this.#source.resume();
  }

  /** Limits the time that it may take. */
  limit(timer: NodeJS.Timeout | undefined): void {
    this.#timer = timer;
  }

  /**
   * The response has left, or never will: what is left of the request is not awaited any longer.
   *
   * @param held whether the request goes on until its body has ended
   * @returns whether it has no listeners, so that {@link closeUnwatched} can do the rest
   */
  settle(held: boolean): boolean {
    const request = this.#request;
    if (isUnwatched(request)) {
      this.#closed = true;
      return true;
    }
    if (!this.isRead) {
      // What is not wanted has come as far as it matters.
      if (!(request.complete || request.destroyed)) this.end();
      dumpBody(request);
      this.#closed = true;
    } else if (!(request.complete || held)) {
      this.close(undefined);
    }
    return false;
  }

  /** Leaves a request without listeners as its `end` and `close` would. */
  closeUnwatched(): void {
    if (isUnwatched(this.#request)) closeQuietly(this.#request);
    else dumpBody(this.#request);
  }

  /** A body that has arrived whole stays readable; otherwise the request is destroyed: the rest will not come. */
  close(cause: Error | undefined): void {
    const request = this.#request;
    clearTimeout(this.#timer);
    if (this.#closed || request.destroyed) return;
    this.#closed = true;
    if (request.complete && this.isRead) return;
    if (request.complete && request.readableLength > 0) {
      emitRequestClose(request);
      return;
    }
    this.#destroy(cause);
  }

  #destroy(cause: Error | undefined): void {
    const socket = this.#socket;
    let { destroyed } = socket;
    // The last listener, as those before it may answer. Otherwise `req` would destroy its socket, and the response with it.
    const spare = () => {
      [destroyed, socket.destroyed] = [socket.destroyed, true];
    };
    this.#request.once('aborted', spare);
    this.#request.destroy(resetError(cause));
    socket.destroyed = destroyed;
  }
}

/** What `node:http` gives a request whose browser went away; the reason is its cause. */
function resetError(cause: Error | undefined): Error {
  return Object.assign(new Error('aborted', { cause }), { code: 'ECONNRESET' });
}
