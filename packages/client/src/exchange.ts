import { encodeAbortRequest } from '@fcgi-js/protocol';
import { CgiResponseParser } from './cgi-response-parser.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { FcgiClientError } from './errors.ts';
import { type FcgiEnd, FcgiResponse } from './fcgi-response.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { FcgiRejectedError, FcgiTimeoutError } from './request-errors.ts';
import { RequestSender, type SenderOwner } from './request-sender.ts';
import type { Loss, RequestEvents } from './request-table.ts';
import { type BodyOwner, ResponseBody } from './response-body.ts';
import { StallTimer, startTimer } from './stall-timer.ts';
import { StderrText } from './stderr-text.ts';

/** What the caller waits for. */
export interface ExchangeOutcome {
  /** The head has come. */
  onResponse(response: FcgiResponse): void;
  /** The request failed before its head had come. */
  onFailure(error: unknown): void;
  /** The request has ended or failed, with or without a head. The last call. */
  onOver(): void;
}

/**
 * One request on one connection, from its first byte to END_REQUEST: what is sent and received, its time-outs,
 * and how it ends. For the caller it is over as soon as it fails; for the connection it is over when
 * END_REQUEST has come, or the connection has gone.
 */
export class Exchange implements BodyOwner, RequestEvents, SenderOwner {
  readonly #body: ResponseBody;
  readonly #connection: Connection;
  readonly #deadline: Deadline;
  readonly #ended: Promise<FcgiEnd>;
  readonly #keepConn: boolean;
  readonly #outcome: ExchangeOutcome;
  readonly #parser: CgiResponseParser;
  readonly #request: PreparedRequest;
  readonly #requestId: number;
  readonly #sender: RequestSender;
  /** Runs while it is the application's turn. */
  readonly #stall: StallTimer;
  readonly #stderr: StderrText;
  #abortTimer: NodeJS.Timeout | undefined;
  #answered = false;
  #forgetDeadline: () => void = () => {};
  #isBodyWhole = false;
  #hasConnection = true;
  #isOver = false;
  #stdoutBytes = 0;
  #resolveEnded: (end: FcgiEnd) => void = () => {};
  #rejectEnded: (reason: unknown) => void = () => {};

  constructor(
    connection: Connection,
    request: PreparedRequest,
    keepConn: boolean,
    deadline: Deadline,
    outcome: ExchangeOutcome,
  ) {
    this.#connection = connection;
    this.#request = request;
    this.#keepConn = keepConn;
    this.#deadline = deadline;
    this.#outcome = outcome;
    this.#body = new ResponseBody(this);
    this.#ended = new Promise((resolve, reject) => {
      this.#resolveEnded = resolve;
      this.#rejectEnded = reject;
    });
    // A caller that awaits it gets the rejection; one that does not must not lose its process over it.
    this.#ended.catch(() => {});
    this.#parser = new CgiResponseParser({
      headBytes: request.limits.headBytes,
      headFields: request.limits.headFields,
    });
    this.#stall = new StallTimer(() => this.#onStall());
    this.#stderr = new StderrText(request.limits.stderrBytes);
    this.#requestId = connection.open(this);
    this.#sender = new RequestSender(connection, this.#requestId, request, this);
  }

  /** Whether the application has sent a byte since the request began. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Whether the head of the response has come. */
  get hasHead(): boolean {
    return this.#parser.headDone;
  }

  /** Sends the request. */
  start(): void {
    this.#forgetDeadline = this.#deadline.onPassed(() =>
      this.#abandon(this.#withStderr(this.#deadline.reason)),
    );
    try {
      this.#sender.start(this.#keepConn);
      this.#restartClock();
      this.#runOrPause();
    } catch (error) {
      // A param that cannot be encoded: nothing was sent.
      this.#fail(error);
      this.#connection.table.remove(this.#requestId);
      this.#giveBack(true);
    }
  }

  heard(): void {
    this.#answered = true;
  }

  stdout(content: Uint8Array): void {
    this.#stdoutBytes += content.length;
    this.#restartClock();
    try {
      if (this.#parser.headDone) {
        this.#body.add(content);
      } else {
        this.#parser.push(content);
        this.#deliver();
      }
    } catch (error) {
      // A broken head, or a listener on the body that threw.
      this.#abandon(this.#withStderr(error));
    }
  }

  stdoutEnd(): void {
    // Without a whole head the reason is in END_REQUEST, which follows.
    if (!this.#parser.headDone) return;
    this.#isBodyWhole = true;
    this.#body.finish();
  }

  stderr(content: Uint8Array): void {
    this.#stderr.add(content);
    try {
      this.#checkStderr();
      this.#request.onStderr?.(content);
    } catch (error) {
      this.#abandon(error);
    }
  }

  end(appStatus: number, protocolStatus: number): void {
    clearTimeout(this.#abortTimer);
    this.#connection.setUnread(this.#requestId, 0);
    // Bytes of stdin that are still on the way would meet the next request in some applications.
    this.#giveBack(this.#keepConn && this.#sender.done);
    if (this.#isOver) return;
    if (!this.#parser.headDone) {
      this.#fail(this.#endedWithoutHead(appStatus, protocolStatus));
      return;
    }
    this.#resolveEnded({
      appStatus,
      protocolStatus,
      stderr: this.#stderr.text,
      stderrDropped: this.#stderr.dropped,
    });
    this.#finish();
  }

  lost({ error, cause }: Loss): void {
    clearTimeout(this.#abortTimer);
    if (!this.#isOver) this.#fail(error ?? this.#connectionClosed(cause));
  }

  flowChanged(): void {
    this.#runOrPause();
  }

  giveUp(): void {
    const { unreadTimeout } = this.#request.limits;
    this.#abandon(this.#withStderr(new FcgiTimeoutError('unread', unreadTimeout)));
  }

  onLevel(waiting: number): void {
    if (this.#isOver) return;
    const wasFull = this.#connection.isFull(this.#requestId);
    this.#connection.setUnread(this.#requestId, waiting);
    if (this.#connection.isFull(this.#requestId) !== wasFull) this.#runOrPause();
  }

  onAbandoned(): void {
    this.#abandon(
      new FcgiClientError('FCGI_BODY_UNREAD', 'The body of the response was destroyed before its end.', {
        stderr: this.#stderr.text,
      }),
    );
  }

  onSenderProgress(): void {
    this.#restartClock();
    this.#runOrPause();
  }

  onSenderTurn(): void {
    this.#runOrPause();
  }

  onSenderError(error: Error): void {
    this.#abandon(error);
  }

  #deliver(): void {
    for (let part = this.#parser.next(); part !== undefined; part = this.#parser.next()) {
      if (part.type === 'body') {
        this.#body.add(part.content);
        continue;
      }
      this.#outcome.onResponse(
        new FcgiResponse({
          body: this.#body,
          ended: this.#ended,
          head: part.head,
          stderr: () => this.#stderr.text,
        }),
      );
    }
  }

  /** Bytes of STDOUT have come, or bytes of the request have gone: nothing else is progress. */
  #restartClock(): void {
    const { firstByteTimeout, stallTimeout } = this.#request.limits;
    this.#stall.restart(this.#stdoutBytes > 0 ? stallTimeout : firstByteTimeout);
  }

  #runOrPause(): void {
    const isRead = !this.#connection.paused && !this.#connection.isFull(this.#requestId);
    if (isRead && !this.#sender.waitsForSource) this.#stall.resume();
    else this.#stall.pause();
  }

  /** @throws FcgiClientError where STDERR has had all the bytes it may have */
  #checkStderr(): void {
    const { stderrTotalBytes } = this.#request.limits;
    if (this.#stderr.total <= stderrTotalBytes) return;
    throw new FcgiClientError(
      'FCGI_STDERR_TOO_LARGE',
      `STDERR of a request may have ${stderrTotalBytes} bytes, but this one has more: what the application logs is no answer. Find out what it writes there, or raise stderrTotalBytes.`,
      { stderr: this.#stderr.text },
    );
  }

  #onStall(): void {
    const { firstByteTimeout, stallTimeout } = this.#request.limits;
    const error =
      this.#stdoutBytes > 0
        ? new FcgiTimeoutError('stall', stallTimeout)
        : new FcgiTimeoutError('firstByte', firstByteTimeout);
    this.#abandon(this.#withStderr(error));
  }

  /** Lets the connection go, at END_REQUEST or when its caller no longer waits for that. */
  #giveBack(reusable: boolean): void {
    if (!this.#hasConnection) return;
    this.#hasConnection = false;
    this.#connection.release(reusable);
  }

  /**
   * Fails the request and asks the application to end it. If it does not, the connection gets no more requests,
   * and is closed when the others on it have ended.
   */
  #abandon(error: unknown): void {
    if (this.#isOver) return;
    const connection = this.#connection;
    connection.table.abort(this.#requestId, isOverdue(error) ? 'overdue' : 'aborted');
    connection.write(encodeAbortRequest(this.#requestId));
    // An observer of records that throws ends the connection, and this request with it.
    if (this.#isOver) return;
    // The timer first: failing the request may run the caller's code.
    this.#abortTimer = startTimer(() => this.#giveBack(false), this.#request.limits.abortTimeout);
    this.#fail(error);
    connection.setUnread(this.#requestId, 0);
  }

  #fail(error: unknown): void {
    this.#finish();
    this.#rejectEnded(error);
    if (!this.#parser.headDone) this.#outcome.onFailure(error);
    // A body that has come whole stays readable when only END_REQUEST is missing.
    else if (!this.#isBodyWhole || this.#deadline.passed) this.#body.destroy(toError(error));
  }

  #finish(): void {
    this.#isOver = true;
    this.#stall.stop();
    this.#forgetDeadline();
    this.#sender.stop();
    this.#outcome.onOver();
  }

  #endedWithoutHead(appStatus: number, protocolStatus: number): Error {
    const stderr = this.#stderr.text;
    if (protocolStatus !== 0) return new FcgiRejectedError(appStatus, protocolStatus, { stderr });
    if (this.#stdoutBytes === 0) {
      return new FcgiClientError(
        'FCGI_ANSWER_MISSING',
        `The application ended the request without an answer (appStatus ${appStatus}).`,
        { stderr },
      );
    }
    return new FcgiClientError(
      'FCGI_HEAD_TRUNCATED',
      `The head of a response ends with a blank line, but the response ended after ${this.#stdoutBytes} bytes without one.`,
      { stderr },
    );
  }

  #connectionClosed(cause: Error | undefined): Error {
    const where = this.#parser.headDone
      ? 'in the middle of its answer'
      : this.#stdoutBytes > 0
        ? 'in the middle of the head of its answer'
        : 'before it answered';
    return new FcgiClientError(
      'FCGI_CONNECTION_CLOSED',
      `The application closed the connection ${where}, without END_REQUEST.`,
      { cause, stderr: this.#stderr.text },
    );
  }

  #withStderr(error: unknown): unknown {
    const stderr = this.#stderr.text;
    if (error instanceof FcgiTimeoutError) {
      return new FcgiTimeoutError(error.phase, error.timeout, { stderr });
    }
    if (error instanceof FcgiClientError) return new FcgiClientError(error.code, error.message, { stderr });
    return error;
  }
}

/** Whether the application took too long, not the reader of the body. */
function isOverdue(error: unknown): boolean {
  return error instanceof FcgiTimeoutError && error.phase !== 'unread';
}

/** A stream is destroyed with an Error, but the reason of a signal can be anything. */
function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The request was aborted.', { cause: reason });
}
