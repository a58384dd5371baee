import type { Readable, Writable } from 'node:stream';
import { Role } from '@fcgi-js/protocol';
import type { Params } from '../cgi/params.ts';
import type { RequestTarget } from '../cgi/request-target.ts';
import type { Refusal } from '../engine/refusal.ts';
import { FcgiServerError, textOf } from '../errors.ts';
import { appStatusOf } from '../request-handler.ts';
import { BodyFailure } from './body-failure.ts';
import { HandlerStreams } from './handler-streams.ts';
import { HEAD_PROBLEMS } from './head-gate.ts';
import { InputSource } from './input-source.ts';
import type { StdoutStream } from './output-stream.ts';
import type { ConnectionInfo, RequestContext, RequestObserver } from './request-context.ts';
import type { RequestOutput } from './request-output.ts';

/** Of a request that has not been presented to a handler. */
const NO_TARGET: RequestTarget = { baseUrl: '', originalUrl: '/', url: '/' };

/**
 * h2o 2.2 dies of an END_REQUEST on a kept connection while it still sends the body. It has the whole body before
 * it begins, so that waiting for its end never waits for a browser.
 */
const ENDS_WITH_BODY = /^h2o\//;

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
  readonly #context: RequestContext;
  #params: Params;
  #dataInput: InputSource | undefined;
  #streams: HandlerStreams | undefined;
  #controller: AbortController | undefined;
  #abortError: FcgiServerError | undefined;
  #bodyFailure: BodyFailure | undefined;
  #settled = false;
  #responded = false;

  /** @internal */
  constructor(context: RequestContext) {
    this.#context = context;
    this.requestId = context.requestId;
    this.role = context.role;
    this.keepConn = context.keepConn;
    this.#params = context.params;
    this.connection = context.connection;
    this.output = context.output;
    this.input = new InputSource(context);
    if (context.role === Role.Filter) this.#dataInput = new InputSource(context);
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
      this.#dataInput = new InputSource(this.#context);
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
    return this.#settled;
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
    this.#context.handlerSettled(this);
  }

  /**
   * Ends the request as the handler wants it: what it returned is the appStatus.
   *
   * @internal
   */
  finish(result: unknown): void {
    if (this.#settled) return;
    const appStatus = appStatusOf(result);
    if (appStatus === undefined) {
      const message = 'A handler must return nothing or an appStatus, an integer from 0 to 4294967295.';
      this.fail(new FcgiServerError('FCGI_HANDLER_FAILED', 'request', message));
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
    if (this.#settled) return;
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
    this.#context.report(failure.error, this);
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
    if (this.#bodyFailure?.causes(error) !== true) this.#context.report(error, this);
  }

  /**
   * Keeps the server from closing before a promise has settled.
   *
   * @internal
   */
  waitUntil(promise: Promise<unknown>): void {
    this.#context.waitUntil(promise.catch((error: unknown) => this.report(error)));
  }

  /**
   * Answers in the place of the application, if it has not begun to answer; otherwise breaks its answer off.
   *
   * @param status status code and reason phrase
   * @param text what to write to STDERR
   * @internal
   */
  answerInstead(status: string, text?: string): void {
    if (this.#settled) return;
    if (this.#responded) {
      this.complete();
      return;
    }
    this.#settled = true;
    this.#streams?.releaseStderr();
    if (text !== undefined) this.output.writeStderr(Buffer.from(`${text}\n`));
    if (this.output.closed) {
      // END_REQUEST has been sent, or the connection is gone: others may use it now.
    } else if (this.output.sent) {
      this.#context.breakOff();
    } else {
      this.output.withdraw();
      const body = this.params.get('REQUEST_METHOD') === 'HEAD' ? '' : `${status}\n`;
      this.output.write(
        `Content-Type: text/plain; charset=utf-8\r\nStatus: ${status}\r\n\r\n${body}`,
        'latin1',
      );
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
    if (this.#settled) return;
    this.#settled = true;
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
  respond(): void {
    if (this.#settled) return;
    this.#responded = true;
    this.input.awaitEnd();
    this.output.flush();
  }

  get #handlerStreams(): HandlerStreams {
    this.#streams ??= new HandlerStreams(this, this.#context.headLimit);
    return this.#streams;
  }

  /** The handler's stdout was destroyed before it ended. */
  #loseStdout(stdout: StdoutStream): void {
    if (this.#settled) return;
    if (stdout.errored !== null) {
      // It has been reported when it happened.
      this.#answerFailed(stdout.errored);
      return;
    }
    this.fail(
      new FcgiServerError(
        'FCGI_HANDLER_FAILED',
        'request',
        'The handler destroyed stdout before it had ended.',
      ),
    );
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
    this.fail(
      new FcgiServerError(
        problem === 'missing' ? 'FCGI_RESPONSE_EMPTY' : 'FCGI_RESPONSE_HEAD_INVALID',
        'request',
        `The handler ${HEAD_PROBLEMS[problem]}.`,
      ),
    );
  }

  #endOutput(appStatus: number): void {
    const { input, output } = this;
    if (this.keepConn && !input.ended && ENDS_WITH_BODY.test(this.params.get('SERVER_SOFTWARE') ?? '')) {
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
