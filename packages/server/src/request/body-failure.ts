import type { Refusal } from '../engine/refusal.ts';
import { FcgiServerError } from '../errors.ts';

/** Milliseconds without output that an application has for its own answer after a body has failed. */
const ANSWER_TIME = 1_000;

/**
 * A body that will not be complete, of a request whose web server still waits. The application may have no way to learn
 * of it (a handler that waits for `end` alone), or may swallow the error: the request is then answered in its place.
 */
export class BodyFailure {
  /** What readers of the body get. */
  readonly error: FcgiServerError;
  /** What answers the request where the application does not: status code and reason phrase. */
  readonly status: string;
  #since: number;
  #written: number;

  /**
   * @param now milliseconds of the clock
   * @param written bytes of the answer so far
   */
  constructor({ code, message, status }: Refusal, now: number, written: number) {
    this.error = new FcgiServerError(code, 'request', message);
    this.status = status;
    this.#since = now;
    this.#written = written;
  }

  /** Whether an error is this failure, or what an adapter has made of it. */
  causes(error: unknown): boolean {
    return error === this.error || (error instanceof Error && error.cause === this.error);
  }

  /**
   * Whether the application has had its time. It goes on as long as the answer does.
   *
   * @param congested whether the web server takes the answer slower than it comes
   */
  expired(now: number, written: number, congested: boolean): boolean {
    if (congested || written !== this.#written) {
      this.#since = now;
      this.#written = written;
    }
    return now - this.#since >= ANSWER_TIME;
  }
}
