import type { Readable, Writable } from 'node:stream';
import type { Params } from '../cgi/params.ts';
import type { RequestTarget } from '../cgi/request-target.ts';
import type { Refusal } from '../engine/refusal.ts';
import type { RequestState } from '../engine/request-state.ts';
import { textOf } from '../error-log.ts';
import { errors, type FcgiServerError } from '../errors.ts';
import { BodyFailure } from './body-failure.ts';
import { endsWithBody } from './end-with-body.ts';
import { HandlerStreams } from './handler-streams.ts';
import { headFault } from './head-gate.ts';
import { InputSource } from './input-source.ts';
import type { StdoutStream } from './output-stream.ts';
import { appStatusOf, isResponse } from './request-handler.ts';
import type { ConnectionInfo, RequestHost, RequestObserver } from './request-host.ts';
import { RequestOutput } from './request-output.ts';
import { type WholeResponse, writeInstead, writeWhole } from './whole-response.ts';

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
  readonly #host: RequestHost;
  readonly #state: RequestState<FcgiRequest>;
  #params: Params;
  #dataInput: InputSource | undefined;
  #streams: HandlerStreams | undefined;
  #controller: AbortController | undefined;
  #abortError: FcgiServerError | undefined;
  #bodyFailure: BodyFailure | undefined;
  /** `'given'`: all of a response is written, but the request ends with its body. `'settled'`: nothing can follow. */
  #answer: 'due' | 'given' | 'settled' = 'due';

  /** @internal */
  constructor(host: RequestHost, state: RequestState<FcgiRequest>, params: Params) {
    this.#host = host;
    this.#state = state;
    this.requestId = state.requestId;
    this.role = state.role;
    this.keepConn = state.keepConn;
    this.#params = params;
    this.connection = host.info;
    this.output = new RequestOutput(state, host);
    this.input = new InputSource(this);
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
    writeWhole(this, this.#method, response);
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

  /**
   * Whether the request has been answered.
   *
   * @internal
   */
  get settled(): boolean {
    return this.#answer === 'settled';
  }

  /**
   * Why its body will not be complete, although the web server waits for the answer.
   *
   * @internal
   */
  get bodyFailure(): BodyFailure | undefined {
    return this.#bodyFailure;
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
    // Whoever pipes into it learns that nothing can be sent any more.
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

  /** @internal */
  onTaken(cost: number): void {
    this.#host.taken(this.#state, cost);
  }

  /**
   * Ends the request as the handler wants it: what it returned is the appStatus.
   *
   * @internal
   */
  finish(result: unknown): void {
    if (this.settled) return;
    const appStatus = appStatusOf(result);
    if (appStatus === undefined) {
      this.fail(errors.FCGI_HANDLER_FAILED[isResponse(result) ? 'response' : 'appStatus']());
      return;
    }
    const stdout = this.#streams?.usedStdout;
    if (stdout === undefined || stdout.complete) {
      this.#end(appStatus);
    } else if (stdout.destroyed) {
      this.#loseStdout(stdout);
    } else {
      stdout.once('finish', () => this.#end(appStatus));
      stdout.once('close', () => this.#loseStdout(stdout));
      stdout.end();
    }
  }

  /**
   * Ends the request because its handler failed: 500 if nothing was sent, otherwise so that the web server
   * notices. What happened goes to STDERR and `onError`, never to the browser.
   *
   * @internal
   */
  fail(error: unknown): void {
    if (this.settled) return;
    this.report(error);
    this.#answerFailed(error);
  }

  /**
   * A body ended too early: its reader learns of it, and the application has a moment to answer.
   *
   * @param input the body
   * @param refusal what answers the request where the application does not
   * @param now milliseconds of the clock
   * @internal
   */
  failBody(input: InputSource, refusal: Refusal, now: number): void {
    const failure = new BodyFailure(refusal, now, this.output.written);
    this.#bodyFailure ??= failure;
    this.#host.owner.report(failure.error, this);
    this.output.writeStderr(Buffer.from(`fcgi-js: ${refusal.message}\n`));
    input.fail(failure.error);
  }

  /**
   * Reports something that does not end the request.
   *
   * @internal
   */
  report(error: unknown): void {
    // That of the body has been reported when it failed.
    if (this.#bodyFailure?.causes(error) !== true) this.#host.owner.report(error, this);
  }

  /**
   * Keeps the server from closing before a promise has settled.
   *
   * @internal
   */
  waitUntil(promise: Promise<unknown>): void {
    this.#host.owner.waitUntil(promise.catch((error: unknown) => this.report(error)));
  }

  /**
   * Answers in the place of the application, if it has not begun to answer; otherwise breaks its answer off.
   *
   * @param status status code and reason phrase
   * @param text what to write to STDERR
   * @internal
   */
  answerInstead(status: string, text?: string): void {
    if (this.settled) return;
    if (this.#answer === 'given') {
      this.complete();
      return;
    }
    this.#answer = 'settled';
    this.#streams?.releaseStderr();
    if (text !== undefined) this.output.writeStderr(Buffer.from(`${text}\n`));
    if (this.output.closed) {
      // END_REQUEST has been sent, or the connection is gone: others may use it now.
    } else if (this.output.sent) {
      this.#host.breakOff(this, this.#state);
    } else {
      this.output.withdraw();
      writeInstead(this, this.#method, status);
      this.#endOutput(1);
    }
    this.#close();
  }

  /**
   * The response is complete.
   *
   * @internal
   */
  complete(appStatus = 0): void {
    if (this.settled) return;
    this.#answer = 'settled';
    this.#streams?.releaseStderr();
    this.#endOutput(appStatus);
    this.#close();
  }

  /**
   * The response is complete, but the application still reads the body, of which more is to come: the request
   * goes on until {@link complete}. Whatever goes wrong from now on does not concern the response.
   *
   * @internal
   */
  awaitBody(): void {
    if (this.settled) return;
    this.#answer = 'given';
    this.input.awaitEnd();
    this.output.flush();
  }

  get #method(): string {
    return this.params.get('REQUEST_METHOD') ?? '';
  }

  get #handlerStreams(): HandlerStreams {
    this.#streams ??= new HandlerStreams(this, this.#host.owner.limits.headBytes);
    return this.#streams;
  }

  /** The handler's stdout was destroyed before it ended. */
  #loseStdout(stdout: StdoutStream): void {
    if (this.settled) return;
    if (stdout.errored !== null) {
      // It has been reported when it happened.
      this.#answerFailed(stdout.errored);
      return;
    }
    this.fail(errors.FCGI_HANDLER_FAILED.stdoutDestroyed());
  }

  /** Answers because the handler failed: by a failure of its own, or because its body did. */
  #answerFailed(error: unknown): void {
    const failure = this.#bodyFailure;
    const text = failure?.causes(error) === true ? undefined : textOf(error);
    this.answerInstead(failure?.status ?? '500 Internal Server Error', text);
  }

  #end(appStatus: number): void {
    const problem = this.output.started ? undefined : (this.#streams?.headProblem ?? 'missing');
    if (problem === undefined || this.output.closed) {
      this.complete(appStatus);
      return;
    }
    this.fail(headFault(problem));
  }

  #endOutput(appStatus: number): void {
    const { input, output } = this;
    if (this.keepConn && !input.ended && endsWithBody(this.params)) {
      output.flush();
      input.drain(() => output.end(appStatus));
    } else {
      output.end(appStatus);
    }
  }

  #close(): void {
    this.input.discard();
    this.#dataInput?.discard();
    this.#streams?.close();
  }
}
