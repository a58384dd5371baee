import type { Socket } from 'node:net';
import type { Stream } from 'node:stream';
import { textOf } from '../../error-log.ts';
import { errors } from '../../errors.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import type { RequestObserver } from '../../request/request-host.ts';
import { type BodyOwner, IncomingBody } from './incoming-body.ts';
import { emitClose } from './message-events.ts';
import { createMessages, type HttpMessages } from './messages.ts';
import type { NodeServer } from './node-server.ts';
import { OutgoingResponse } from './outgoing-response.ts';
import { socketOf } from './params-socket.ts';
import { RequestSocket } from './request-socket.ts';
import { startRequestTimer } from './request-timer.ts';
import { observeResponse, type ResponseObserver } from './response-events.ts';
import { emitRequest, emitTimeout, publishFinish } from './server-events.ts';

/**
 * One request between FastCGI and the objects of `node:http`: sees to it that `req` and `res` end as they do on Node's own
 * server. The bytes of both are the business of {@link IncomingBody} and {@link OutgoingResponse}.
 *
 * ```text
 *   called ── listener returns ──→ open ── response complete ──→ ending ──→ over
 *     │                                                           └── the application reads on ──→ held ── body ends ──→ over
 *     └── response complete ──→ answered ── listener returns ──→ over, or held
 *   From each state, what makes that there will be no response leads to over.
 * ```
 */
export class NodeExchange implements BodyOwner, RequestObserver, ResponseObserver {
  readonly req: HttpMessages['req'];
  readonly res: HttpMessages['res'];
  readonly #request: FcgiRequest;
  /** That of the socket may be replaced by the application. */
  readonly #server: NodeServer;
  readonly #socket: RequestSocket;
  readonly #incoming: IncomingBody;
  readonly #outgoing: OutgoingResponse;
  #state: 'answered' | 'called' | 'ending' | 'held' | 'open' | 'over' = 'called';
  /** Why the web server no longer wants the response. */
  #cause: Error | undefined;

  /**
   * @param server that the request is for
   * @param unbuffered whether streams ask nginx not to hold them; see `NodeListenerOptions`
   */
  constructor(request: FcgiRequest, server: NodeServer, unbuffered: boolean) {
    const { params } = request;
    this.#request = request;
    this.#server = server;
    this.#socket = socketOf(params, this, server);
    const { req, res } = createMessages(params, request.target, this.#socket);
    this.req = req;
    this.res = res;
    this.#incoming = new IncomingBody(req, request.input, this.#socket, this);
    this.#outgoing = new OutgoingResponse(request, res, this.#socket, unbuffered);
    request.observer = this;
    observeResponse(res);
  }

  get request(): FcgiRequest {
    return this.#request;
  }

  /** Whether the response is complete, or will never be. */
  get #ended(): boolean {
    return this.#state !== 'called' && this.#state !== 'open';
  }

  /** Has the server answer. */
  emit(): void {
    emitRequest(this.#server, this.#socket, this.#request, this);
  }

  /** The listener has returned: as on Node's own server, `req` now holds what has come of the body. */
  listening(): void {
    const { input } = this.#request;
    if (this.#state === 'called') this.#state = 'open';
    input.offer();
    if (!(input.ended || this.#ended)) {
      this.#incoming.limit(startRequestTimer(this.#server, this.#socket, this));
    }
    if (this.#state === 'answered') this.#endRequest();
  }

  /** The listener failed. */
  crash(error: unknown): void {
    if (this.#ended) {
      this.#request.report(error);
      return;
    }
    this.#state = 'over';
    this.#request.answer.fail(error);
    RequestSocket.close(this.#socket);
  }

  /** The body has not come in time. */
  expired(reason: string): void {
    if (this.#ended) return;
    this.#state = 'over';
    this.#request.answer.instead('408 Request Timeout', `fcgi-js: ${reason}`);
    RequestSocket.close(this.#socket);
  }

  /** The response emitted an error, as it does when it is written to after its end. */
  responseError(error: Error): void {
    // Without our listener, one that the application forgot would end the process.
    if (this.res.listenerCount('error') === 1) this.#request.report(error);
  }

  resume(): void {
    this.#incoming.resume();
  }

  write(data: string | Uint8Array, encoding: BufferEncoding, callback: (() => void) | undefined): boolean {
    return this.#outgoing.write(data, encoding, callback);
  }

  destroyed(error: Error | undefined): void {
    if (this.#ended) return;
    this.#state = 'over';
    const failure = error ?? errors.FCGI_HANDLER_FAILED.responseDestroyed();
    // Destroying a response that is no longer awaited is what `pipeline()` does, and no failure.
    if (this.#cause === undefined) this.#request.answer.fail(failure);
    else this.#request.answer.instead('500 Internal Server Error', textOf(failure));
  }

  ended(): void {
    if (this.#ended) return;
    if (!this.#outgoing.isWhole) {
      this.destroyed(undefined);
      return;
    }
    this.#state = 'over';
    this.#outgoing.release();
    this.#request.answer.complete();
  }

  /** The response has been written. */
  responseComplete(): void {
    this.#request.handlerSettled();
    if (this.#ended) return;
    this.#outgoing.release();
    const { fault } = this.#outgoing;
    if (fault !== undefined) {
      this.#state = 'over';
      this.#request.answer.fail(fault);
    } else if (this.#state === 'called') {
      this.#state = 'answered';
    } else {
      this.#state = 'ending';
      if (this.#request.input.ended) this.#endRequest();
      // The application may begin to read the body after it has answered.
      else process.nextTick(endRequest, this);
    }
  }

  /** A tick has passed since the response was complete. */
  endRequest(): void {
    if (this.#state === 'ending') this.#endRequest();
  }

  /** Sends END_REQUEST, after which nothing comes, unless the application reads a body of which more is to come. */
  #endRequest(): void {
    const { input } = this.#request;
    this.#state = 'over';
    if (this.#incoming.isRead) {
      if (input.ended) input.handOver();
      else if (this.#incoming.isAwaited) {
        this.#state = 'held';
        this.#request.answer.awaitBody();
        return;
      }
    }
    this.#request.answer.complete();
    if (this.#socket._hadError) this.#incoming.settle(false);
  }

  /** The response has left, or never will: everything emits its `close` soon, as on Node's own server. */
  responseSent(): void {
    this.endRequest();
    publishFinish(this.#server, this.#socket, this.req, this.res);
    const isHeld = this.#state === 'held';
    const unwatched = this.#incoming.settle(isHeld);
    this.res.detachSocket(this.#socket as Stream as Socket);
    const closes = !isHeld && RequestSocket.shut(this.#socket);
    process.nextTick(emitCloses, this, unwatched, closes);
  }

  /** @param closes whether the socket does, too */
  emitCloses(unwatched: boolean, closes: boolean): void {
    this.res.destroyed = true;
    emitClose(this.res);
    if (unwatched) this.#incoming.closeUnwatched();
    if (closes) RequestSocket.emitClose(this.#socket);
  }

  /** The body that END_REQUEST may have waited for has ended. */
  bodyEnded(): void {
    if (this.#state !== 'held') return;
    this.#state = 'over';
    this.#request.answer.complete();
    if (this.res.socket === null) RequestSocket.close(this.#socket);
  }

  closed(): void {
    this.#incoming.close(this.#cause);
  }

  /** The web server has gone. What is written nonetheless is sent if the connection still takes it. */
  aborted(error: Error): void {
    this.#cause = error;
    if (this.#request.output.closed) {
      if (this.#state !== 'answered') this.#state = 'over';
      RequestSocket.close(this.#socket);
      // A response that has emitted its `close` does not see that of its socket.
      if (this.res.closed) this.res.destroyed = true;
    } else {
      this.#socket._hadError = true;
      this.#incoming.close(error);
      emitClose(this.res);
      RequestSocket.emitClose(this.#socket);
    }
  }

  timedOut(): void {
    emitTimeout(this.#server, this.#socket, this);
  }
}

function endRequest(exchange: NodeExchange): void {
  exchange.endRequest();
}

function emitCloses(exchange: NodeExchange, unwatched: boolean, closes: boolean): void {
  exchange.emitCloses(unwatched, closes);
}
