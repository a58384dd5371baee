import { encodeEndRequest } from '@fcgi-js/protocol';
import type { RequestOutcome } from '../diagnostics.ts';
import { Multiplexer } from '../engine/multiplexer.ts';
import type { MultiplexerEvent } from '../engine/multiplexer-event.ts';
import { encodeRefusal, type Refusal } from '../engine/refusal.ts';
import { Phase, type RequestState } from '../engine/request-state.ts';
import { errors, FcgiServerError } from '../errors.ts';
import { FcgiRequest } from '../request/fcgi-request.ts';
import type { ConnectionInfo, RequestHost } from '../request/request-host.ts';
import { endBody, receiveBody, surplusBody } from './body-events.ts';
import type { ConnectionWriter } from './connection-writer.ts';
import { overdue } from './request-timeouts.ts';
import type { RequestsOwner } from './requests-owner.ts';

type State = RequestState<FcgiRequest>;

/** What the requests of a connection need of it. */
export interface RequestsConnection {
  readonly info: ConnectionInfo;
  readonly owner: RequestsOwner;
  readonly writer: ConnectionWriter;
  /** A request has come. */
  requestCame(keepConn: boolean): void;
  /** A request is about to end. */
  requestEnding(): void;
  /** A request has ended: the connection may be done. */
  closeIfDone(): void;
  /** More or less of the bodies waits to be taken. */
  adjustReading(): void;
  /** Nothing more can be said on the connection. */
  finish(): void;
}

/** The requests of one connection, from the events of its multiplexer to their ends. */
export class ConnectionRequests implements RequestHost<FcgiRequest> {
  readonly info: ConnectionInfo;
  readonly owner: RequestsOwner;
  readonly writer: ConnectionWriter;
  readonly multiplexer: Multiplexer<FcgiRequest>;
  readonly #connection: RequestsConnection;

  constructor(connection: RequestsConnection) {
    this.#connection = connection;
    this.info = connection.info;
    this.owner = connection.owner;
    this.writer = connection.writer;
    this.multiplexer = new Multiplexer(connection.owner);
  }

  /** Whether a request is active. */
  get busy(): boolean {
    return this.multiplexer.size > 0;
  }

  /**
   * Acts on what came out of received bytes.
   *
   * @param lent whether the bytes change afterwards
   */
  handle(event: MultiplexerEvent<FcgiRequest>, lent: boolean): void {
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
        this.#stop(event.state.owner!, event.refusal);
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
    this.#connection.requestCame(state.keepConn);
    const request = new FcgiRequest(this, state, params);
    state.owner = request;
    if (!state.receiving) request.input.end();
    this.owner.dispatch(request);
  }

  requestEnded(): void {
    this.#connection.closeIfDone();
  }

  requestEnding(state: State, outcome: RequestOutcome = 'complete'): void {
    const request = state.owner!;
    if (state.phase === Phase.Ended) return;
    this.multiplexer.end(state);
    this.writer.release(request.output);
    this.#connection.requestEnding();
    // A half-closed peer may still read the answer; that it does cannot be known, so the request counts as aborted.
    this.owner.requestEnded(request, request.aborted ? 'aborted' : outcome);
    this.#connection.adjustReading();
  }

  handlerSettled(request: FcgiRequest): void {
    this.multiplexer.abandoned.remove(request);
  }

  taken(state: State, cost: number): void {
    this.multiplexer.taken(state, cost);
    this.#connection.adjustReading();
  }

  /**
   * A response that has begun cannot be completed. Alone on its connection, it takes the connection with it;
   * otherwise END_REQUEST with an appStatus is all that can be said without hurting the others.
   */
  breakOff({ output }: FcgiRequest, state: State): void {
    if (this.multiplexer.size > 1) {
      this.requestEnding(state, 'broken-off');
      output.end(1);
      return;
    }
    output.flush();
    this.requestEnding(state, 'broken-off');
    output.abandon();
    this.writer.poison();
    this.#connection.finish();
  }

  /** The web server has closed its side, and may have gone. */
  peerFinished(): void {
    this.#abortAll(errors.FCGI_CONNECTION_LOST.byPeer(), 'half-closed');
    const isTcp = this.info.remoteAddress !== undefined;
    // Over TCP only bytes make the other side say that it has gone.
    if (isTcp) this.multiplexer.requests().some(({ owner }) => owner?.output.probe());
    this.writer.probe();
  }

  /** Nothing can be written any more: every request learns of it. */
  lose(error: FcgiServerError): void {
    this.#abortAll(error, 'lost');
  }

  /** Looks at the time-outs of the requests. */
  check(now: number, listening: boolean): void {
    this.multiplexer.abandoned.expire(now);
    for (const state of this.multiplexer.requests()) this.#checkRequest(state, now, listening);
  }

  /** §5.4: ABORT_REQUEST is answered by END_REQUEST at once; what the handler still writes goes nowhere. */
  #abort(state: State): void {
    const error = errors.FCGI_REQUEST_ABORTED.request();
    const request = state.owner;
    if (request === undefined) {
      // Before the params are complete no handler has it.
      this.multiplexer.end(state);
      this.writer.write([encodeEndRequest({ requestId: state.requestId })]);
      this.#connection.requestCame(state.keepConn);
      this.#connection.closeIfDone();
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
    if (request.handlerRuns) this.multiplexer.abandoned.add(request, this.owner.clock.now);
  }

  #refuse(requestId: number, keepConn: boolean, refusal: Refusal): void {
    this.#connection.requestCame(keepConn);
    this.owner.requestRefused(new FcgiServerError(refusal.code, 'request', refusal.message));
    this.writer.reply(encodeRefusal(requestId, refusal));
    this.#connection.closeIfDone();
  }

  /** A limit ended a request that the application is already working on. */
  #stop(request: FcgiRequest, refusal: Refusal): void {
    const error = new FcgiServerError(refusal.code, 'request', refusal.message);
    this.owner.report(error, request);
    request.answer.instead(refusal.status, `fcgi-js: ${refusal.message}`);
    request.abort(error);
    this.#abandon(request);
  }

  #abortAll(error: FcgiServerError, connection: 'half-closed' | 'lost'): void {
    for (const state of this.multiplexer.requests()) {
      const request = state.owner;
      if (request === undefined) {
        this.multiplexer.end(state);
        continue;
      }
      if (connection === 'lost') {
        this.requestEnding(state, 'aborted');
        request.output.abandon();
      } else {
        this.multiplexer.clientLeft(state);
      }
      request.abort(error);
      if (connection === 'lost') this.#abandon(request);
    }
  }

  #checkRequest(state: State, now: number, listening: boolean): void {
    const request = state.owner;
    const failure = request?.answer.bodyFailure;
    if (failure?.expired(now, request!.output.written, this.writer.congested)) {
      request!.answer.instead(failure.status);
      request!.abort(failure.error);
      this.#abandon(request!);
      return;
    }
    const refusal = overdue(state, now, this.owner, listening);
    if (refusal === undefined) return;
    if (request !== undefined) {
      this.#stop(request, refusal);
    } else {
      this.multiplexer.end(state);
      this.#refuse(state.requestId, state.keepConn, refusal);
    }
  }
}
