import type { Duplex } from 'node:stream';
import { encodeEndRequest, RemoteProtocolError } from '@fcgi-js/protocol';
import type { RequestOutcome } from '../diagnostics.ts';
import { Multiplexer } from '../engine/multiplexer.ts';
import type { MultiplexerEvent } from '../engine/multiplexer-event.ts';
import { encodeRefusal, type Refusal } from '../engine/refusal.ts';
import { Phase, type RequestState } from '../engine/request-state.ts';
import { causedBy, errors, FcgiServerError } from '../errors.ts';
import { FcgiRequest } from '../request/fcgi-request.ts';
import type { ConnectionInfo, RequestHost } from '../request/request-host.ts';
import { endBody, receiveBody, surplusBody } from './body-events.ts';
import type { ConnectionOwner } from './connection-owner.ts';
import { ConnectionTimeouts } from './connection-timeouts.ts';
import { ConnectionWriter, type WriterOwner } from './connection-writer.ts';
import type { Timed } from './open-connections.ts';
import { overdue } from './request-timeouts.ts';
import { forget, type SocketOwner, tell } from './socket-owner.ts';

type State = RequestState<FcgiRequest>;

/**
 * One connection of a web server: the only place that touches its socket. Moves bytes between the socket and
 * the multiplexer, and closes the connection when it is time to.
 */
export class Connection implements RequestHost, SocketOwner, Timed, WriterOwner {
  readonly #socket: Duplex;
  readonly owner: ConnectionOwner;
  readonly info: ConnectionInfo;
  readonly #multiplexer: Multiplexer<FcgiRequest>;
  readonly #timeouts: ConnectionTimeouts;
  readonly writer: ConnectionWriter;
  /** Bytes that the web server has sent. */
  bytesReceived = 0;
  place = -1;
  #paused = false;
  #hadRequest = false;
  /**
   * `'last'`: a request without FCGI_KEEP_CONN has come, and the web server sends no other one. `'closing'`: the server stops.
   * In both cases the connection ends with its requests.
   */
  #use: 'closing' | 'kept' | 'last' = 'kept';
  /** Who takes the connection over as soon as no request is on it. */
  #handOver: ((socket: Duplex) => void) | undefined;
  /** We have sent our FIN. */
  #finished = false;
  #peerFinished = false;
  #destroyed = false;

  constructor(socket: Duplex, info: ConnectionInfo, owner: ConnectionOwner) {
    this.#socket = socket;
    this.info = info;
    this.owner = owner;
    this.#multiplexer = new Multiplexer(owner);
    this.#timeouts = new ConnectionTimeouts(owner.limits, owner.clock.now);
    this.writer = new ConnectionWriter(socket, this);
    tell(this, socket);
  }

  /** Whether a request is active. */
  get busy(): boolean {
    return this.#multiplexer.size > 0;
  }

  /**
   * Closes the connection as soon as no request is active. A connection that is in use is given the time to bring one
   * more request: the web server may be about to send it, and would lose it. It is the last one.
   *
   * @param handOver takes over what the web server keeps open, instead of its being closed
   */
  shutDown(handOver: ((socket: Duplex) => void) | undefined): void {
    if (handOver !== undefined) this.#handOver = handOver;
    else if (this.#use === 'kept') this.#use = 'closing';
    if (this.busy) return;
    // What is handed over loses nothing; but the first request of a new connection belongs here.
    const mayWait = handOver === undefined || !this.#hadRequest;
    if (mayWait && this.#timeouts.inUse(this.owner.clock.now)) return;
    this.#leave();
  }

  /** Closes the connection at once, whatever runs on it. */
  destroy(): void {
    this.#socket.destroy();
    this.lost(undefined);
  }

  /** Bytes came. */
  received(chunk: Uint8Array, lent: boolean): void {
    this.bytesReceived += chunk.length;
    if (this.#finished) {
      // What comes after our end is read so that it does not reset the connection, up to a bound.
      if (this.#timeouts.linger(this.owner.clock.now, chunk.length)) this.destroy();
      return;
    }
    const { now } = this.owner.clock;
    this.#timeouts.received(now);
    const multiplexer = this.#multiplexer;
    this.writer.startReceiving();
    try {
      multiplexer.push(chunk);
      for (let event = multiplexer.next(now); event !== undefined; event = multiplexer.next(now)) {
        this.#handle(event, lent);
        if (this.#finished || this.#destroyed) return;
      }
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      this.#fail(error);
      return;
    } finally {
      this.writer.stopReceiving();
    }
    // The answer was early, and the web server goes on sending what nobody reads.
    if (!this.busy && multiplexer.discarded > this.owner.limits.discardBytes) this.#finish();
    this.#adjustReading();
    if (this.#handOver !== undefined) this.#closeIfDone();
  }

  #handle(event: MultiplexerEvent<FcgiRequest>, lent: boolean): void {
    switch (event.kind) {
      case 'request':
        this.#start(event.state, event.params);
        break;
      case 'body':
        receiveBody(event, lent);
        break;
      case 'body-end':
        endBody(event, this.owner.clock.now);
        break;
      case 'body-surplus':
        this.owner.report(surplusBody(event.stream), event.state.owner);
        break;
      case 'body-refused':
        this.#stopRequest(event.state.owner!, event.refusal);
        break;
      case 'abort':
        this.#abort(event.state);
        break;
      case 'refuse':
        this.#refuse(event.requestId, event.keepConn, event.refusal);
        break;
      case 'reply':
        this.writer.reply(event.bytes);
        break;
    }
  }

  #start(state: State, params: FcgiRequest['params']): void {
    this.#hadRequest = true;
    if (!state.keepConn) this.#use = 'last';
    const request = new FcgiRequest(this, state, params);
    state.owner = request;
    if (!state.receiving) request.input.end();
    this.owner.dispatch(request);
  }

  /** END_REQUEST has been handed over. */
  requestEnded(): void {
    this.#closeIfDone();
  }

  /** The ID is free: what still comes for it, or is still written by its handler, goes nowhere. */
  requestEnding(state: State, outcome: RequestOutcome = 'complete'): void {
    const request = state.owner!;
    if (state.phase === Phase.Ended) return;
    this.#multiplexer.end(state);
    this.writer.release(request.output);
    this.#timeouts.requestEnded(this.owner.clock.now);
    // Half closed, it is answered all the same, by somebody who cannot know whether anybody is there.
    this.owner.requestEnded(request, request.aborted ? 'aborted' : outcome);
    this.#adjustReading();
  }

  /** §5.4: ABORT_REQUEST is answered by END_REQUEST at once; what the handler still writes goes nowhere. */
  #abort(state: State): void {
    const error = errors.FCGI_ABORTED.request();
    const request = state.owner;
    if (request === undefined) {
      // Before the params are complete there is nobody to tell.
      this.#multiplexer.end(state);
      this.writer.write([encodeEndRequest({ requestId: state.requestId })]);
      if (!state.keepConn) this.#use = 'last';
      this.#closeIfDone();
      return;
    }
    this.requestEnding(state, 'aborted');
    request.output.end(0);
    request.output.abandon();
    request.abort(error);
    this.#abandon(request);
  }

  /** A request has ended, but its handler may go on. */
  #abandon(request: FcgiRequest): void {
    if (request.handlerRuns) this.#multiplexer.abandoned.add(request, this.owner.clock.now);
  }

  handlerSettled(request: FcgiRequest): void {
    this.#multiplexer.abandoned.remove(request);
  }

  #refuse(requestId: number, keepConn: boolean, refusal: Refusal): void {
    this.#hadRequest = true;
    if (!keepConn) this.#use = 'last';
    this.owner.requestRefused(new FcgiServerError(refusal.code, 'request', refusal.message));
    this.writer.reply(encodeRefusal(requestId, refusal));
    this.#closeIfDone();
  }

  /** A limit ended a request that the application is already working on. */
  #stopRequest(request: FcgiRequest, refusal: Refusal): void {
    const error = new FcgiServerError(refusal.code, 'request', refusal.message);
    this.owner.report(error, request);
    request.answerInstead(refusal.status, `fcgi-js: ${refusal.message}`);
    request.abort(error);
    this.#abandon(request);
  }

  /**
   * A response that has begun cannot be completed. Alone on its connection, it takes the connection with it;
   * otherwise END_REQUEST with an appStatus is all that can be said without hurting the others.
   */
  breakOff({ output }: FcgiRequest, state: State): void {
    if (this.#multiplexer.size > 1) {
      this.requestEnding(state, 'broken-off');
      output.end(1);
      return;
    }
    output.flush();
    this.requestEnding(state, 'broken-off');
    output.abandon();
    this.writer.poison();
    this.#finish();
  }

  /** The application took what counts for `cost` of a body. */
  taken(state: State, cost: number): void {
    this.#multiplexer.taken(state, cost);
    this.#adjustReading();
  }

  #adjustReading(): void {
    const stop = this.#multiplexer.stopped || this.writer.repliesUnread;
    if (stop === this.#paused || this.#destroyed) return;
    this.#paused = stop;
    if (stop) {
      this.#socket.pause();
    } else {
      this.#timeouts.received(this.owner.clock.now);
      this.#socket.resume();
    }
  }

  /** The web server has taken all that was written. */
  drained(): void {
    this.#adjustReading();
  }

  /** What was written could not be sent: the web server has gone. */
  failed(error: Error): void {
    if (!this.#destroyed) this.#socket.destroy(error);
  }

  #closeIfDone(): void {
    if (this.#multiplexer.size > 0) return;
    if (this.#use !== 'kept' || this.#peerFinished) this.#finish();
    else if (this.#handOver !== undefined) this.#leave();
  }

  /** The server stops, and no request is active. */
  #leave(): void {
    if (this.#handOver === undefined || this.#use !== 'kept' || this.#peerFinished) {
      this.#finish();
      return;
    }
    // What has come or has not left yet belongs to this connection: a later tick finds it quiet.
    const { midRecord } = this.#multiplexer;
    const quiet = !midRecord && !this.#paused && !this.writer.receiving && this.writer.unsent === 0;
    if (!quiet || this.#finished || this.#destroyed) return;
    forget(this.#socket);
    this.lost(undefined);
    this.#handOver(this.#socket);
  }

  /** Closes the connection: at once where all has come that will come, and all has left. */
  #finish(): void {
    const isOver = this.#use === 'last' && this.#multiplexer.exhausted && this.writer.handedOver;
    if (isOver && !this.#finished) this.destroy();
    else this.#linger();
  }

  /**
   * Sends our FIN after what waits to be sent, and reads on for a while: to close with bytes unread resets the connection, and
   * loses what has been sent.
   */
  #linger(): void {
    if (this.#finished || this.#destroyed) return;
    this.#finished = true;
    this.#timeouts.finished(this.owner.clock.now);
    this.writer.end();
    this.#socket.resume();
  }

  /** The web server broke the protocol, or a limit of the connection: every request on it is lost. */
  #fail(error: FcgiServerError | RemoteProtocolError): void {
    this.owner.report(error);
    this.#abortAll(causedBy(error, errors.FCGI_CONNECTION_LOST.byServer(error.message)), true);
    this.#linger();
  }

  /** The web server has closed its side. */
  peerFinished(): void {
    this.#peerFinished = true;
    this.#timeouts.peerFinished(this.owner.clock.now);
    if (this.#destroyed) return;
    if (this.#finished) return;
    // No web server half-closes after its request; a FIN says that it has gone. What is written nonetheless is
    // still sent, because tools that test do half-close.
    if (this.busy) {
      this.#abortAll(errors.FCGI_CONNECTION_LOST.byPeer(), false);
      const isTcp = this.info.remoteAddress !== undefined;
      // Over TCP only bytes make the other side say that it has gone.
      if (isTcp) this.#multiplexer.requests().some(({ owner }) => owner?.output.probe());
      this.writer.probe();
    }
    this.#closeIfDone();
  }

  /** The socket is gone. */
  lost(cause: Error | undefined): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.writer.close();
    if (this.busy) this.#abortAll(causedBy(cause, errors.FCGI_CONNECTION_LOST.byPeer()), true);
    this.owner.connectionClosed(this);
  }

  /** Tells every request that the web server has gone; `closed`: nothing more can be written either. */
  #abortAll(error: FcgiServerError, closed: boolean): void {
    for (const state of this.#multiplexer.requests()) {
      const request = state.owner;
      if (request === undefined) {
        this.#multiplexer.end(state);
        continue;
      }
      if (closed) {
        this.requestEnding(state, 'aborted');
        request.output.abandon();
      } else {
        this.#multiplexer.clientLeft(state);
      }
      request.abort(error);
      if (closed) this.#abandon(request);
    }
  }

  /** Looks at the time-outs of the connection and its requests. */
  check(now: number): void {
    const expired = this.#timeouts.expired(now, {
      busy: this.busy,
      finished: this.#finished,
      midRecord: this.#multiplexer.midRecord,
      sent: this.writer.sent,
      unsent: this.writer.unsent,
    });
    if (expired !== undefined) {
      if (expired === 'stalled')
        this.owner.report(errors.FCGI_CONNECTION_STALLED.after(this.owner.limits.writeStallTimeout));
      if (expired === 'idle') this.#finish();
      else this.destroy();
      return;
    }
    this.#multiplexer.abandoned.expire(now);
    if (this.#peerFinished) this.writer.probe();
    const leaves = this.#use !== 'kept' || this.#handOver !== undefined;
    if (leaves && !this.busy && !this.#finished) this.shutDown(this.#handOver);
    for (const state of this.#multiplexer.requests()) this.#checkRequest(state, now);
  }

  #checkRequest(state: State, now: number): void {
    const request = state.owner;
    const failure = request?.bodyFailure;
    if (failure?.expired(now, request!.output.written, this.writer.congested)) {
      request!.answerInstead(failure.status);
      request!.abort(failure.error);
      this.#abandon(request!);
      return;
    }
    const refusal = overdue(state, now, this.owner, !this.#paused);
    if (refusal === undefined) return;
    if (request !== undefined) {
      this.#stopRequest(request, refusal);
    } else {
      this.#multiplexer.end(state);
      this.#refuse(state.requestId, state.keepConn, refusal);
    }
  }
}
