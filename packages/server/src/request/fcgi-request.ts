import type { Readable, Writable } from 'node:stream';
import type { Params } from '../cgi/params.ts';
import type { RequestTarget } from '../cgi/request-target.ts';
import type { RequestState } from '../engine/request-state.ts';
import { errors, type FcgiServerError } from '../errors.ts';
import { HandlerStreams } from './handler-streams.ts';
import { InputSource } from './input-source.ts';
import { methodOf, RequestAnswer } from './request-answer.ts';
import type { ConnectionInfo, RequestHost, RequestObserver } from './request-host.ts';
import { RequestOutput } from './request-output.ts';
import { type WholeResponse, writeWhole } from './whole-response.ts';

/** Of a request that has not been presented to a handler. */
const NO_TARGET: RequestTarget = { baseUrl: '', originalUrl: '/', url: '/' };

/**
 * One request as FastCGI knows it: params and streams. This is what the handlers of `createServer` get;
 * `fromNodeListener` and `fromFetchHandler` make HTTP objects of it.
 *
 * A handler that uses {@link stdout} writes the CGI response itself: header lines, a blank line, the body
 * (RFC 3875 §6), with `Status` as a header.
 */
export class FcgiRequest {
  /** 1 to 65,535; unique on its connection while the request is active. */
  readonly requestId: number;
  /** What the application is asked to be; see `Role` of `@fcgi-js/protocol`. */
  readonly role: number;
  /** Whether the web server keeps the connection after this request. */
  readonly keepConn: boolean;
  /** The connection that the request came on. */
  readonly connection: ConnectionInfo;
  /** @internal */
  readonly input: InputSource;
  /** @internal */
  readonly output: RequestOutput;
  /** @internal */
  readonly answer: RequestAnswer;
  /**
   * The address of the request, as its params have it.
   *
   * @internal
   */
  target: RequestTarget = NO_TARGET;
  /**
   * Set by an adapter that wants to know at once that the web server has gone.
   *
   * @internal
   */
  observer: RequestObserver | undefined;
  /**
   * Whether its handler has not come to its end, as far as can be seen.
   *
   * @internal
   */
  handlerRuns = false;
  readonly #host: RequestHost<FcgiRequest>;
  readonly #state: RequestState<FcgiRequest>;
  #params: Params;
  #dataInput: InputSource | undefined;
  #streams: HandlerStreams | undefined;
  #controller: AbortController | undefined;
  #abortError: FcgiServerError | undefined;

  /** @internal */
  constructor(host: RequestHost<FcgiRequest>, state: RequestState<FcgiRequest>, params: Params) {
    this.#host = host;
    this.#state = state;
    this.requestId = state.requestId;
    this.role = state.role;
    this.keepConn = state.keepConn;
    this.#params = params;
    this.connection = host.info;
    this.output = new RequestOutput(state, host);
    this.input = new InputSource(this);
    this.answer = new RequestAnswer(this);
    if (state.expectsData) this.#dataInput = new InputSource(this);
  }

  /** The params that the web server sent, as the option `params` of `createServer` has made them. */
  get params(): Params {
    return this.#params;
  }

  /**
   * Says what the handler is to see, before it gets the request.
   *
   * @internal
   */
  present(params: Params, target: RequestTarget): void {
    this.#params = params;
    this.target = target;
  }

  /**
   * Where FCGI_DATA comes in. Outside the role Filter there is none, so who reads it anyway sees its end.
   *
   * @internal
   */
  get dataInput(): InputSource {
    if (this.#dataInput === undefined) {
      this.#dataInput = new InputSource(this);
      this.#dataInput.end();
    }
    return this.#dataInput;
  }

  /**
   * The request body. Never more bytes than CONTENT_LENGTH; fails with `FCGI_BODY_TRUNCATED` where fewer came.
   */
  get stdin(): Readable {
    return this.#handlerStreams.stdin;
  }

  /** For the role Filter, the file to be filtered (FCGI_DATA); read {@link stdin} first. Otherwise empty. */
  get data(): Readable {
    return this.#handlerStreams.data;
  }

  /** The CGI response: head, blank line, body. Nothing is sent before the head is complete. */
  get stdout(): Writable {
    return this.#handlerStreams.stdout;
  }

  /**
   * Responds with all of a response, in the place of {@link stdout} and at less expense. The request ends when its handler
   * returns.
   *
   * @throws FcgiServerError where the status or a field cannot be sent, or a response has begun
   */
  respond(response: WholeResponse): void {
    if (this.#streams?.usedStdout !== undefined || this.output.started)
      throw errors.FCGI_HANDLER_FAILED.twice();
    writeWhole(this, methodOf(this.#params), response);
  }

  /** Text for the web server's error log; whole lines are sent at once. */
  get stderr(): Writable {
    return this.#handlerStreams.stderr;
  }

  /**
   * Aborted when the web server no longer wants the answer (ABORT_REQUEST) or has closed the connection. What
   * is written nonetheless is sent as long as the connection takes it.
   */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortError !== undefined) this.#controller.abort(this.#abortError);
    }
    return this.#controller.signal;
  }

  /**
   * Why {@link signal} is or would be aborted.
   *
   * @internal
   */
  get abortError(): FcgiServerError | undefined {
    return this.#abortError;
  }

  /** Whether {@link signal} is or would be aborted. */
  get aborted(): boolean {
    return this.#abortError !== undefined;
  }

  /**
   * The web server no longer wants the answer.
   *
   * @internal
   */
  abort(error: FcgiServerError): void {
    const isFirst = this.#abortError === undefined;
    this.#abortError ??= error;
    // A pipe into it ends: nothing can be sent any more.
    if (this.output.closed) this.#streams?.abort(this.#abortError);
    if (!isFirst) {
      // Its end came before, after which it may have gone on writing.
      if (this.output.closed) this.observer?.aborted(error);
      return;
    }
    this.input.abort(error);
    this.#dataInput?.abort(error);
    this.#controller?.abort(error);
    this.observer?.aborted(error);
  }

  /** @internal */
  handlerSettled(): void {
    this.handlerRuns = false;
    this.#host.handlerSettled(this);
  }

  /**
   * The streams that its handler has asked for.
   *
   * @internal
   */
  get usedStreams(): HandlerStreams | undefined {
    return this.#streams;
  }

  /**
   * The response has begun and cannot be completed: the web server is to notice.
   *
   * @internal
   */
  breakOff(): void {
    this.#host.breakOff(this, this.#state);
  }

  /**
   * It has been answered: nothing is left to be read or written.
   *
   * @internal
   */
  release(): void {
    this.input.discard();
    this.#dataInput?.discard();
    this.#streams?.close();
  }

  /** @internal */
  onTaken(cost: number): void {
    this.#host.taken(this.#state, cost);
  }

  /**
   * Reports something that does not end the request.
   *
   * @internal
   */
  report(error: unknown): void {
    // That of the body has been reported when it failed.
    if (this.answer.bodyFailure?.causes(error) !== true) this.#host.owner.report(error, this);
  }

  /**
   * Keeps the server from closing before a promise has settled.
   *
   * @internal
   */
  waitUntil(promise: Promise<unknown>): void {
    this.#host.owner.waitUntil(promise.catch((error: unknown) => this.report(error)));
  }

  get #handlerStreams(): HandlerStreams {
    this.#streams ??= new HandlerStreams(this, this.#host.owner.limits.headBytes);
    return this.#streams;
  }
}
