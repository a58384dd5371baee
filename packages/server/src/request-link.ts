import type { Params } from './cgi/params.ts';
import type { ConnectionOwner } from './connection-owner.ts';
import type { ConnectionWriter } from './connection-writer.ts';
import type { RequestState } from './engine/request-state.ts';
import type { FcgiRequest } from './request/fcgi-request.ts';
import type { ConnectionInfo, RequestContext } from './request/request-context.ts';
import { type OutputPort, RequestOutput } from './request/request-output.ts';
import type { RecordBytes } from './request/stdout-records.ts';

/** What a connection does for its requests. */
export interface LinkHost {
  readonly info: ConnectionInfo;
  readonly owner: ConnectionOwner;
  readonly writer: ConnectionWriter;
  /** The promise of a handler has settled. */
  handlerSettled(request: FcgiRequest): void;
  /** A response that has begun cannot be completed. */
  breakOff(state: RequestState<FcgiRequest>): void;
  /** END_REQUEST has been handed over. */
  requestEnded(): void;
  /** END_REQUEST is about to be written: the ID is free. */
  requestEnding(state: RequestState<FcgiRequest>): void;
  /** The application took what counts for `cost` of a body. */
  taken(state: RequestState<FcgiRequest>, cost: number): void;
}

/** What ties one request to its connection. One object with methods, because it is made for every request. */
export class RequestLink implements OutputPort, RequestContext {
  readonly output: RequestOutput;
  readonly params: Params;
  readonly #host: LinkHost;
  readonly #state: RequestState<FcgiRequest>;

  constructor(host: LinkHost, state: RequestState<FcgiRequest>, params: Params) {
    this.#host = host;
    this.#state = state;
    this.params = params;
    this.output = new RequestOutput(state.requestId, this);
  }

  get congested(): boolean {
    return this.#host.writer.congested;
  }

  get connection(): ConnectionInfo {
    return this.#host.info;
  }

  get headLimit(): number {
    return this.#host.owner.limits.headBytes;
  }

  get keepConn(): boolean {
    return this.#state.keepConn;
  }

  get requestId(): number {
    return this.#state.requestId;
  }

  get role(): number {
    return this.#state.role;
  }

  awaitDrain(output: RequestOutput): void {
    this.#host.writer.awaitDrain(output);
  }

  breakOff(): void {
    this.#host.breakOff(this.#state);
  }

  ended(): void {
    this.#host.requestEnded();
  }

  ending(): void {
    this.#host.requestEnding(this.#state);
  }

  flushSoon(output: RequestOutput): void {
    this.#host.writer.flushSoon(output);
  }

  handlerSettled(request: FcgiRequest): void {
    this.#host.handlerSettled(request);
  }

  onTaken(cost: number): void {
    this.#host.taken(this.#state, cost);
  }

  report(error: unknown, request: FcgiRequest): void {
    this.#host.owner.report(error, request);
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#host.owner.waitUntil(promise);
  }

  write(records: readonly RecordBytes[], callback?: () => void): void {
    this.#host.writer.write(records, callback);
  }
}
