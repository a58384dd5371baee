import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Stream } from 'node:stream';
import type { Params } from '../../cgi/params.ts';
import { LARGE_HEAD_BYTES, streamingField } from '../../cgi/response-head.ts';
import { FcgiServerError, textOf } from '../../errors.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import type { InputSink } from '../../request/input-source.ts';
import type { RequestObserver } from '../../request/request-context.ts';
import type { OutputObserver } from '../../request/request-output.ts';
import { HttpResponseReader, type ResponseSink } from './http-response-reader.ts';
import {
  createMessages,
  dumpBody,
  emitClose,
  emitDrain,
  emitRequestClose,
  type HttpMessages,
  releaseResponse,
} from './messages.ts';
import { emitRequest, type NodeServer, publishFinish } from './node-server.ts';
import { socketOf } from './params-socket.ts';
import { RequestSocket, type SocketPeer } from './request-socket.ts';
import { startRequestTimer } from './request-timer.ts';

/**
 * One request between FastCGI and the objects of `node:http`: feeds the body to `req`, reads the response that
 * `res` writes, and sees to it that both end as they do on Node's own server.
 */
export class NodeExchange implements InputSink, OutputObserver, RequestObserver, ResponseSink, SocketPeer {
  readonly req: HttpMessages['req'];
  readonly res: HttpMessages['res'];
  readonly #request: FcgiRequest;
  /** That of the socket may be replaced by the application. */
  readonly #server: NodeServer;
  readonly #socket: RequestSocket;
  readonly #reader: HttpResponseReader;
  readonly #unbuffered: boolean;
  /** A head that waits for what follows it, and the encoding of its characters. */
  #waitingHead: string | undefined;
  #headEncoding: BufferEncoding = 'latin1';
  #bodyTimer: NodeJS.Timeout | undefined;
  /** The listener has returned. */
  #listening = false;
  /** The response was complete before. */
  #endsWithListener = false;
  /** The response is complete, or will never be. */
  #ended = false;
  /** END_REQUEST waits for the rest of a body that the application still reads. */
  #held = false;
  /** Why the web server no longer wants the response. */
  #cause: Error | undefined;
  /** `req` has been told, or sees for itself, that it is over. */
  #requestClosed = false;

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
    this.#reader = new HttpResponseReader(req.method!, this, unbuffered);
    this.#unbuffered = unbuffered;
    request.input.attach(this);
    request.observer = this;
    request.output.observer = this;
    // By now all of the response has been written to the socket; `finish` waits until it has left.
    res.on('prefinish', onPrefinish);
    res.on('finish', onFinish);
    res.on('error', onError);
  }

  /** The params of the request. */
  get params(): Params {
    return this.#request.params;
  }

  /** Has the server answer. */
  emit(): void {
    emitRequest(this.#server, this.#socket, this);
  }

  push(chunk: Uint8Array): boolean {
    RequestSocket.touch(this.#socket, chunk.length);
    return this.req.push(chunk);
  }

  end(): void {
    clearTimeout(this.#bodyTimer);
    this.req.complete = true;
    this.req.push(null);
    this.#release();
  }

  fail(error: Error): void {
    clearTimeout(this.#bodyTimer);
    // As after a FIN: `on-finished` (Express) waits for more otherwise, and never answers.
    this.#socket.readable = false;
    this.#destroyRequest(error);
    this.#release();
  }

  /** The listener has returned: as on Node's own server, `req` now holds what has come of the body. */
  listening(): void {
    this.#listening = true;
    const { input } = this.#request;
    input.offer();
    if (!(input.ended || this.#ended)) this.#bodyTimer = startRequestTimer(this.#server, this.#socket, this);
    if (this.#endsWithListener) this.endRequest();
  }

  /** The listener failed. */
  crash(error: unknown): void {
    if (this.#ended) {
      this.#request.report(error);
      return;
    }
    this.#ended = true;
    this.#request.fail(error);
    RequestSocket.close(this.#socket);
  }

  /** The body has not come in time. */
  expired(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#request.answerInstead('408 Request Timeout', `fcgi-js: ${reason}`);
    RequestSocket.close(this.#socket);
  }

  /** The response emitted an error, as it does when it is written to after its end. */
  responseError(error: Error): void {
    // Without our listener, one that the application forgot would end the process.
    if (this.res.listenerCount('error') === 1) this.#request.report(error);
  }

  resume(): void {
    this.#request.input.resume();
  }

  write(data: string | Uint8Array, encoding: BufferEncoding, callback: (() => void) | undefined): boolean {
    this.#reader.write(data, encoding);
    const { output } = this.#request;
    const flowing = output.write('', 'latin1', callback);
    // `res.write()` has given false for what it held back itself, and nothing else will say that this has left.
    if (flowing && this.res.writableNeedDrain) process.nextTick(emitDrain, this.res);
    return flowing;
  }

  head(text: string, encoding: BufferEncoding, alone: boolean): void {
    if (text.length > LARGE_HEAD_BYTES) {
      this.#request.report(
        new FcgiServerError(
          'FCGI_RESPONSE_HEAD_LARGE',
          'request',
          `The response head has ${text.length} bytes. nginx answers 502 above its fastcgi_buffer_size, 4096 by default; raise it, or send fewer and smaller fields.`,
        ),
      );
    }
    if (alone && this.#unbuffered) {
      this.#waitingHead = text;
      this.#headEncoding = encoding;
      setImmediate(flushHead, this);
    } else {
      this.#request.output.write(text, encoding);
    }
  }

  /** Nothing has followed the head, so it was flushed: the application streams. */
  flushHead(): void {
    if (this.#waitingHead === undefined) return;
    this.#waitingHead = streamingField(this.#waitingHead, true) + this.#waitingHead;
    this.#sendHead();
    this.#request.output.flush();
  }

  #sendHead(): void {
    const head = this.#waitingHead;
    if (head === undefined) return;
    this.#waitingHead = undefined;
    this.#request.output.write(head, this.#headEncoding);
  }

  body(chunk: string | Uint8Array, encoding: BufferEncoding): void {
    this.#sendHead();
    this.#request.output.write(chunk, encoding);
  }

  surplus(): void {
    this.#request.report(
      new FcgiServerError(
        'FCGI_RESPONSE_TOO_LONG',
        'request',
        'The body is longer than its Content-Length; the rest was dropped.',
      ),
    );
  }

  destroyed(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    const failure =
      error ??
      new FcgiServerError('FCGI_HANDLER_FAILED', 'request', 'The application destroyed its response.');
    // Destroying a response that nobody waits for is what `pipeline()` does, and no failure.
    if (this.#cause === undefined) this.#request.fail(failure);
    else this.#request.answerInstead('500 Internal Server Error', textOf(failure));
  }

  ended(): void {
    if (this.#ended) return;
    const { isComplete } = this.#reader;
    if (!isComplete) {
      this.destroyed(undefined);
      return;
    }
    this.#ended = true;
    this.#sendHead();
    this.#request.complete();
  }

  /** The response has been written. */
  responseComplete(): void {
    this.#request.handlerSettled();
    if (this.#ended) return;
    this.#sendHead();
    const { missing } = this.#reader;
    if (!this.#reader.headRead || missing > 0) {
      this.#ended = true;
      this.#request.fail(
        missing > 0
          ? new FcgiServerError(
              'FCGI_RESPONSE_TOO_SHORT',
              'request',
              `The body ended ${missing} bytes before its Content-Length.`,
            )
          : new FcgiServerError(
              'FCGI_RESPONSE_EMPTY',
              'request',
              'The application ended without a final response.',
            ),
      );
      return;
    }
    this.#ended = true;
    if (!this.#listening) this.#endsWithListener = true;
    else if (this.#request.input.ended) this.endRequest();
    // The application may begin to read the body after it has answered.
    else process.nextTick(endRequest, this);
  }

  /** Sends END_REQUEST, after which nothing comes, unless the application reads a body of which more is to come. */
  endRequest(): void {
    const { input } = this.#request;
    if (isRead(this.req)) {
      if (input.ended) input.handOver();
      else if (this.req.readableFlowing === true || this.req.listenerCount('readable') > 0) {
        this.#held = true;
        this.#request.respond();
        return;
      }
    }
    this.#request.complete();
    if (this.#socket._hadError) this.#settleRequest();
  }

  /** The response has left, or never will. */
  responseSent(): void {
    publishFinish(this.#server, this.#socket, this.req, this.res);
    this.#settleRequest();
    releaseResponse(this.res, this.#socket);
    if (!this.#held) RequestSocket.close(this.#socket);
  }

  /** Nobody has to wait any longer for what is left of the request. */
  #settleRequest(): void {
    const { req } = this;
    if (!isRead(req)) {
      // What nobody wants has come as far as it matters.
      if (!(req.complete || req.destroyed)) this.end();
      dumpBody(req);
      this.#requestClosed = true;
    } else if (!(req.complete || this.#held)) {
      this.#closeRequest();
    }
  }

  /** The body that END_REQUEST waited for has ended. */
  #release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#request.complete();
    if (this.res.socket === null) RequestSocket.close(this.#socket);
  }

  drained(): void {
    // Whoever waits learns from `close` that nothing more can be written.
    if (this.#request.output.closed) return;
    RequestSocket.drained(this.#socket);
    emitDrain(this.res);
  }

  closed(): void {
    this.#closeRequest();
  }

  /** The web server has gone. What is written nonetheless is sent if the connection still takes it. */
  aborted(error: Error): void {
    this.#cause = error;
    if (this.#request.output.closed) {
      this.#ended = true;
      RequestSocket.close(this.#socket);
      // A response that has emitted its `close` does not see that of its socket.
      if (this.res.closed) this.res.destroyed = true;
    } else {
      this.#socket._hadError = true;
      this.#closeRequest();
      emitClose(this.res);
      RequestSocket.emitClose(this.#socket);
    }
  }

  /** A body that has arrived whole stays readable; otherwise `req` is told that the rest will not come. */
  #closeRequest(): void {
    const { req } = this;
    clearTimeout(this.#bodyTimer);
    if (this.#requestClosed || req.destroyed) return;
    this.#requestClosed = true;
    if (req.complete && isRead(req)) return;
    if (req.complete && req.readableLength > 0) {
      emitRequestClose(req);
      return;
    }
    this.#destroyRequest(this.#cause);
  }

  #destroyRequest(cause: Error | undefined): void {
    const socket = this.#socket;
    let { destroyed } = socket;
    // The last listener, as those before it may answer. Otherwise `req` would destroy its socket, and the response with it.
    const spare = () => {
      [destroyed, socket.destroyed] = [socket.destroyed, true];
    };
    this.req.once('aborted', spare);
    this.req.destroy(resetError(cause));
    socket.destroyed = destroyed;
  }

  timedOut(): void {
    const { req, res } = this;
    const heardByRequest = !req.complete && req.emit('timeout', this.#socket);
    const heardByResponse = res.socket !== null && res.emit('timeout', this.#socket);
    const heardByServer = this.#server.emit('timeout', this.#socket as Stream as Socket);
    if (!(heardByRequest || heardByResponse || heardByServer)) this.#socket.destroy();
  }
}

/** Whether anything takes the body, now or when it is no longer paused. */
function isRead(req: HttpMessages['req']): boolean {
  return req.listenerCount('data') > 0 || req.listenerCount('readable') > 0;
}

function endRequest(exchange: NodeExchange): void {
  exchange.endRequest();
}

function flushHead(exchange: NodeExchange): void {
  exchange.flushHead();
}

/** Shared by all responses, which costs less than functions of their own. */
function onPrefinish(this: ServerResponse): void {
  exchangeOf(this)?.responseComplete();
}

function onFinish(this: ServerResponse): void {
  exchangeOf(this)?.responseSent();
}

function onError(this: ServerResponse, error: Error): void {
  // A response that has been sent has no socket any more.
  exchangeOf(this.req)?.responseError(error);
}

/** The exchange that a request or response belongs to, or `undefined` if it did not come over FastCGI. */
export function exchangeOf(message: IncomingMessage | ServerResponse): NodeExchange | undefined {
  const peer = RequestSocket.peerOf(message.socket);
  return peer instanceof NodeExchange ? peer : undefined;
}

/** What `node:http` gives a request whose browser went away; the reason is its cause. */
function resetError(cause: Error | undefined): Error {
  return Object.assign(new Error('aborted', { cause }), { code: 'ECONNRESET' });
}
