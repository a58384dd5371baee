import {
  encodeUnknownType,
  FCGI_NULL_REQUEST_ID,
  type FcgiRecord,
  RecordType,
  RemoteProtocolError,
  type Role,
} from '@fcgi-js/protocol';
import type { ResolvedLimits } from '../limits.ts';
import { AbandonedHandlers } from './abandoned-handlers.ts';
import { ActiveRequests } from './active-requests.ts';
import { completeParams } from './complete-params.ts';
import { InputBudget } from './input-budget.ts';
import { answerGetValues } from './management.ts';
import type { MultiplexerEvent } from './multiplexer-event.ts';
import { RecordQueue } from './record-queue.ts';
import {
  bodyTooLarge,
  outOfOrder,
  overloaded,
  type Refusal,
  tooLargeParams,
  tooManyParams,
  unknownRole,
} from './refusal.ts';
import type { RequestSlots } from './request-slots.ts';
import { Phase, RequestState } from './request-state.ts';

/** What the multiplexer asks of its surroundings. */
export interface MultiplexerOptions {
  readonly limits: ResolvedLimits;
  /** Whether the application has a handler for a role. */
  readonly hasRole: (role: number) => role is Role;
  /** What all connections share. */
  readonly slots: RequestSlots;
}

/**
 * The requests of one connection: bytes in, events out. It knows neither sockets nor streams.
 *
 * The owner pushes what it receives, takes events until there is none, tells what the application has taken
 * ({@link taken}) and ends requests ({@link end}).
 */
export class Multiplexer<Owner> {
  /** Handlers of aborted requests, which count with the requests of this connection. */
  readonly abandoned = new AbandonedHandlers<Owner>();
  readonly #records = new RecordQueue();
  readonly #requests = new ActiveRequests<Owner>();
  readonly #options: MultiplexerOptions;
  readonly #budget: InputBudget<Owner>;
  /** The request whose current body may have come whole, which makes an event of its own. */
  #completed: RequestState<Owner> | undefined;
  /** Whose params lie in the bytes that were pushed last. */
  #unkept: RequestState<Owner> | undefined;
  #discarded = 0;
  /** A request has ended of which more may come. */
  #more = false;

  constructor(options: MultiplexerOptions) {
    this.#options = options;
    this.#budget = new InputBudget(options.limits.requestBufferBytes, options.limits.connectionBufferBytes);
  }

  /** Requests between BEGIN_REQUEST and END_REQUEST. */
  get size(): number {
    return this.#requests.size;
  }

  /** Whether the connection must not be read, because applications have not taken what came. */
  get stopped(): boolean {
    return this.#budget.stopped;
  }

  /** Bytes received of requests that had ended, since the last request began. */
  get discarded(): number {
    return this.#discarded;
  }

  /** Whether the bytes so far end in the middle of a record. */
  get midRecord(): boolean {
    return this.#records.midRecord;
  }

  /** Whether all that came was requests that came whole: nothing of them, and no other record, is on its way or unread. */
  get exhausted(): boolean {
    return !this.#more && this.#records.exhausted;
  }

  /** The requests between BEGIN_REQUEST and END_REQUEST, as they are now. */
  requests(): RequestState<Owner>[] {
    return this.#requests.list();
  }

  /** Takes the next bytes of the connection, which must not change before {@link next} has given `undefined`. */
  push(bytes: Uint8Array): void {
    this.#records.push(bytes);
  }

  /**
   * The next event, or `undefined` until more bytes have been pushed.
   *
   * @param now time of the bytes, in any unit
   * @throws RemoteProtocolError where the web server breaks the protocol; the connection is lost
   */
  next(now: number): MultiplexerEvent<Owner> | undefined {
    const completed = this.#completed;
    if (completed !== undefined) {
      if (completed.receiving && completed.bodyComplete) return this.#endBody(completed);
      this.#completed = undefined;
    }
    for (;;) {
      const record = this.#records.take();
      if (record === undefined) {
        this.#keepParams();
        return undefined;
      }
      const event = this.#handle(record, now);
      if (event !== undefined) return event;
    }
  }

  /** The application took pieces of the bodies of a request that count for `cost`, or they were thrown away. */
  taken(state: RequestState<Owner>, cost: number): void {
    if (state.phase !== Phase.Ended) this.#budget.take(state, cost);
  }

  /** The client of a request has gone, and the application knows: it counts for this connection alone. */
  clientLeft(state: RequestState<Owner>): void {
    if (state.clientLeft || state.phase === Phase.Ended) return;
    state.clientLeft = true;
    this.#options.slots.left += 1;
  }

  /** END_REQUEST is about to be written: the ID is free, and what still comes of the request is discarded. */
  end(state: RequestState<Owner>): void {
    if (state.phase === Phase.Ended) return;
    if (!state.cameWhole) this.#more = true;
    if (state.receiving) this.#budget.close(state);
    // What the application still reads of it counts for the application, not for the connection.
    this.#budget.take(state, state.buffered);
    const { slots } = this.#options;
    slots.active -= 1;
    if (state.clientLeft) slots.left -= 1;
    slots.paramsBytes -= state.collector.length;
    state.end();
    this.#requests.remove(state);
  }

  #handle(record: FcgiRecord, now: number): MultiplexerEvent<Owner> | undefined {
    switch (record.type) {
      case RecordType.Stdin:
      case RecordType.Data:
        return this.#body(record.type, record.requestId, record.content, now);
      case RecordType.Params:
        return this.#params(record.requestId, record.content, now);
      case RecordType.BeginRequest:
        return this.#begin(record.requestId, record.role, record.keepConn, now);
      case RecordType.AbortRequest: {
        const state = this.#requests.get(record.requestId);
        return state && { kind: 'abort', state };
      }
      case RecordType.GetValues: {
        const { connections, requests } = this.#options.limits;
        return { kind: 'reply', bytes: answerGetValues(record.content, { connections, requests }) };
      }
      // Records of the other direction are nothing that an application answers.
      case RecordType.Stdout:
      case RecordType.Stderr:
      case RecordType.EndRequest:
      case RecordType.GetValuesResult:
      case RecordType.UnknownType:
        return undefined;
      case 'undefined':
        // §4.2 is about management records; an unknown application record is one of no active request.
        if (record.requestId !== FCGI_NULL_REQUEST_ID) return this.#discard(record.content);
        return { kind: 'reply', bytes: encodeUnknownType(record.undefinedType) };
    }
  }

  #begin(
    requestId: number,
    role: number,
    keepConn: boolean,
    now: number,
  ): MultiplexerEvent<Owner> | undefined {
    if (this.#requests.get(requestId) !== undefined) {
      throw new RemoteProtocolError(
        'FCGI_REQUEST_ID_ACTIVE',
        'connection',
        `BEGIN_REQUEST came for request ID ${requestId}, which belongs to a request that has not ended.`,
      );
    }
    this.#discarded = 0;
    const refusal = this.#refuseBegin(role);
    if (refusal !== undefined) return { kind: 'refuse', requestId, keepConn, refusal };
    this.#requests.add(new RequestState<Owner>(requestId, role, keepConn, now));
    this.#options.slots.active += 1;
    return undefined;
  }

  #refuseBegin(role: number): Refusal | undefined {
    const { limits, hasRole, slots } = this.#options;
    if (!hasRole(role)) return unknownRole(role);
    if (this.#requests.size + this.abandoned.size >= limits.requestsPerConnection) {
      return overloaded('requestsPerConnection', limits.requestsPerConnection);
    }
    if (slots.used >= limits.requests) return overloaded('requests', limits.requests);
    return undefined;
  }

  #params(requestId: number, content: Uint8Array, now: number): MultiplexerEvent<Owner> | undefined {
    const state = this.#requests.get(requestId);
    // Nothing counts after the end of a stream (§3.3), so PARAMS in a later phase are as good as none.
    if (state === undefined || state.phase !== Phase.Params) return this.#discard(content);
    if (content.length === 0) return this.#endParams(state, now);
    const { limits, slots } = this.#options;
    if (state.collector.length + content.length > limits.paramsBytes) {
      return this.#refuse(state, tooLargeParams(limits.paramsBytes));
    }
    if (slots.paramsBytes + content.length > limits.incompleteParamsBytes) {
      return this.#refuse(state, tooManyParams(limits.incompleteParamsBytes));
    }
    slots.paramsBytes += content.length;
    if (this.#unkept !== state) this.#keepParams();
    state.collector.add(content);
    this.#unkept = state;
    return undefined;
  }

  #keepParams(): void {
    this.#unkept?.collector.keep();
    this.#unkept = undefined;
  }

  #endParams(state: RequestState<Owner>, now: number): MultiplexerEvent<Owner> {
    this.#options.slots.paramsBytes -= state.collector.length;
    const read = completeParams(state.collector.take(), state.expectsData, this.#options.limits);
    if ('refusal' in read) return this.#refuse(state, read.refusal);
    const { contentLength, dataLength, params } = read.complete;
    state.lastInput = now;
    state.endParams(contentLength, dataLength);
    if (state.receiving) {
      this.#budget.open();
      // HAProxy sends no STDIN record at all for an empty chunked body, so that CONTENT_LENGTH=0 is the end.
      if (state.expectsData) {
        this.#completed = state;
      } else if (state.bodyComplete || this.#endOfStdinFollows(state)) {
        this.#endBody(state);
      }
    }
    return { kind: 'request', state, params };
  }

  /**
   * Takes the end of an empty STDIN if it has come. Nearly all requests have no body, and its end comes with the
   * params: a request that has nothing to wait for is cheaper to answer.
   */
  #endOfStdinFollows(state: RequestState<Owner>): boolean {
    const record = this.#records.peek();
    const follows =
      record?.type === RecordType.Stdin &&
      record.requestId === state.requestId &&
      record.content.length === 0 &&
      state.missing === 0;
    if (follows) {
      this.#records.take();
      state.streamEnded('stdin');
    }
    return follows;
  }

  #body(
    type: typeof RecordType.Data | typeof RecordType.Stdin,
    requestId: number,
    content: Uint8Array,
    now: number,
  ): MultiplexerEvent<Owner> | undefined {
    const state = this.#requests.get(requestId);
    if (state === undefined) return this.#discard(content);
    const phase = type === RecordType.Stdin ? Phase.Stdin : Phase.Data;
    const stream = type === RecordType.Stdin ? 'stdin' : 'data';
    if (content.length === 0) state.streamEnded(stream);
    if (state.phase !== phase) return this.#misplaced(state, stream, content);
    state.lastInput = now;
    if (content.length === 0) return this.#endBody(state);
    const accepted = state.accept(content.length);
    const { bodyBytes } = this.#options.limits;
    if (state.bodyBytes > bodyBytes) {
      this.#stopBody(state);
      return { kind: 'body-refused', state, refusal: bodyTooLarge(state.bodyBytes, bodyBytes) };
    }
    const belonging = accepted === content.length ? content : content.subarray(0, accepted);
    if (accepted < content.length) {
      this.#records.putBack({ type, requestId, content: content.subarray(accepted) });
    }
    this.#budget.add(state, belonging);
    if (state.bodyComplete) this.#completed = state;
    return { kind: 'body', state, stream, content: belonging };
  }

  /** Takes a record of STDIN or DATA that does not belong to the stream that is due (§6.2, §6.4). */
  #misplaced(
    state: RequestState<Owner>,
    stream: 'data' | 'stdin',
    content: Uint8Array,
  ): MultiplexerEvent<Owner> | undefined {
    this.#discard(content);
    switch (state.placeOf(stream)) {
      case 'early': {
        const refusal = outOfOrder(stream, state.phase === Phase.Params ? 'PARAMS' : 'STDIN');
        if (state.phase === Phase.Params) return this.#refuse(state, refusal);
        this.#stopBody(state);
        return { kind: 'body-refused', state, refusal };
      }
      case 'late':
        // The end of a stream whose length was announced comes when all of it is there.
        if (content.length === 0 || state.hasSurplus) return undefined;
        state.hasSurplus = true;
        return { kind: 'body-surplus', state, stream };
      case 'none':
        return undefined;
    }
  }

  #endBody(state: RequestState<Owner>): MultiplexerEvent<Owner> {
    const stream = state.phase === Phase.Stdin ? 'stdin' : 'data';
    const { missing } = state;
    state.endBody();
    if (state.receiving) this.#completed = state;
    else this.#budget.close(state);
    return { kind: 'body-end', state, stream, missing };
  }

  #stopBody(state: RequestState<Owner>): void {
    state.stopBody();
    this.#budget.close(state);
  }

  #refuse(state: RequestState<Owner>, refusal: Refusal): MultiplexerEvent<Owner> {
    this.end(state);
    return { kind: 'refuse', requestId: state.requestId, keepConn: state.keepConn, refusal };
  }

  #discard(content: Uint8Array): undefined {
    this.#discarded += content.length;
    return undefined;
  }
}
