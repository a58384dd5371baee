import type { Params } from '../cgi/params.ts';
import type { Refusal } from '../engine/refusal.ts';
import { textOf } from '../error-log.ts';
import { errors } from '../errors.ts';
import { BodyFailure } from './body-failure.ts';
import { endsWithBody } from './end-with-body.ts';
import { appStatusOf, isResponse } from './handler-result.ts';
import type { HandlerStreams } from './handler-streams.ts';
import { headFault } from './head-gate.ts';
import type { InputSource } from './input-source.ts';
import type { StdoutStream } from './output-stream.ts';
import type { RequestOutput } from './request-output.ts';
import { writeInstead } from './whole-response.ts';

/** The request that is answered. */
export interface AnsweredRequest {
  readonly input: InputSource;
  readonly keepConn: boolean;
  readonly output: RequestOutput;
  readonly params: Params;
  /** The streams that its handler has asked for. */
  readonly usedStreams: HandlerStreams | undefined;
  /** The response has begun and cannot be completed: the web server is to notice. */
  breakOff(): void;
  /** It has been answered: nothing is left to be read or written. */
  release(): void;
  /** Reports something that does not end the request. */
  report(error: unknown): void;
}

/**
 * How a request comes to its end, by whatever ends it first: its handler, a failure, a limit, or the web server.
 *
 * ```text
 *   due ── awaitBody() ──→ given: all of the response is written, but the request ends with its body
 *    │                       │
 *    └── complete(), instead(), and what calls them ──→ settled: nothing can follow
 * ```
 */
export class RequestAnswer {
  readonly #request: AnsweredRequest;
  #bodyFailure: BodyFailure | undefined;
  #progress: 'due' | 'given' | 'settled' = 'due';

  constructor(request: AnsweredRequest) {
    this.#request = request;
  }

  /** Whether the request has been answered. */
  get settled(): boolean {
    return this.#progress === 'settled';
  }

  /** Why its body will not be complete, although the web server waits for the answer. */
  get bodyFailure(): BodyFailure | undefined {
    return this.#bodyFailure;
  }

  /**
   * Ends the request as the handler wants it: what it returned is the appStatus.
   */
  finish(result: unknown): void {
    if (this.settled) return;
    const appStatus = appStatusOf(result);
    if (appStatus === undefined) {
      this.fail(errors.FCGI_HANDLER_FAILED[isResponse(result) ? 'response' : 'appStatus']());
      return;
    }
    const stdout = this.#request.usedStreams?.usedStdout;
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
   */
  fail(error: unknown): void {
    if (this.settled) return;
    this.#request.report(error);
    this.#answerFailed(error);
  }

  /**
   * A body ended too early: its reader learns of it, and the application has a moment to answer.
   *
   * @param input the body
   * @param refusal what answers the request where the application does not
   * @param now milliseconds of the clock
   */
  failBody(input: InputSource, refusal: Refusal, now: number): void {
    const failure = new BodyFailure(refusal, now, this.#request.output.written);
    // Before it is known: of a failure that is known, nothing is reported twice.
    this.#request.report(failure.error);
    this.#bodyFailure ??= failure;
    this.#request.output.writeStderr(Buffer.from(`fcgi-js: ${refusal.message}\n`));
    input.fail(failure.error);
  }

  /**
   * Answers in the place of the application, if it has not begun to answer; otherwise breaks its answer off.
   *
   * @param status status code and reason phrase
   * @param text what to write to STDERR
   */
  instead(status: string, text?: string): void {
    if (this.settled) return;
    if (this.#progress === 'given') {
      this.complete();
      return;
    }
    this.#progress = 'settled';
    this.#request.usedStreams?.releaseStderr();
    if (text !== undefined) this.#request.output.writeStderr(Buffer.from(`${text}\n`));
    if (this.#request.output.closed) {
      // END_REQUEST has been sent, or the connection is gone: others may use it now.
    } else if (this.#request.output.sent) {
      this.#request.breakOff();
    } else {
      this.#request.output.withdraw();
      writeInstead(this.#request, methodOf(this.#request.params), status);
      this.#endOutput(1);
    }
    this.#request.release();
  }

  /**
   * The response is complete.
   */
  complete(appStatus = 0): void {
    if (this.settled) return;
    this.#progress = 'settled';
    this.#request.usedStreams?.releaseStderr();
    this.#endOutput(appStatus);
    this.#request.release();
  }

  /**
   * The response is complete, but the application still reads the body, of which more is to come: the request
   * goes on until {@link complete}. Whatever goes wrong from now on does not concern the response.
   */
  awaitBody(): void {
    if (this.settled) return;
    this.#progress = 'given';
    this.#request.input.awaitEnd();
    this.#request.output.flush();
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
    this.instead(failure?.status ?? '500 Internal Server Error', text);
  }

  #end(appStatus: number): void {
    const problem = this.#request.output.started
      ? undefined
      : (this.#request.usedStreams?.headProblem ?? 'missing');
    if (problem === undefined || this.#request.output.closed) {
      this.complete(appStatus);
      return;
    }
    this.fail(headFault(problem));
  }

  #endOutput(appStatus: number): void {
    const { input, keepConn, output, params } = this.#request;
    if (keepConn && !input.ended && endsWithBody(params)) {
      output.flush();
      input.drain(() => output.end(appStatus));
    } else {
      output.end(appStatus);
    }
  }
}

/** The method of a request. */
export function methodOf(params: Params): string {
  return params.get('REQUEST_METHOD') ?? '';
}
