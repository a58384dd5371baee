import type { ErrorAnswer } from './error-answer.ts';
import { describeFailure, type Failure } from './failure.ts';
import { expandLoggedErrors, hasStack } from './logged-errors.ts';

/** Answers that are kept. */
const KEPT = 20;
/** Characters of an answer that are shown. */
const SHOWN = 8_192;

/** An answer with a status of 500 or more that the application gave to a browser. */
export interface FailedAnswer {
  readonly answer: ErrorAnswer;
  /** As it was sent. */
  readonly body: string;
  /** What the application has written since the request began: it may write more. */
  readonly output: () => string;
  /** `500 Internal Server Error`. */
  readonly statusLine: string;
  /** Path and query of the request. */
  readonly url: string;
}

/** The answers that failed last, for the pages about them. */
export class FailedAnswers {
  readonly #kept = new Map<number, FailedAnswer>();
  #count = 0;

  /** @returns its number, from 1 on */
  add(failed: FailedAnswer): number {
    this.#count += 1;
    this.#kept.set(this.#count, failed);
    this.#kept.delete(this.#count - KEPT);
    return this.#count;
  }

  /** `undefined` where it is not kept, or no longer. */
  find(number: number): FailedAnswer | undefined {
    return this.#kept.get(number);
  }
}

/**
 * What is known by now about a failed answer: the stack is that of the output, otherwise that of the answer.
 *
 * @param project the folder whose sources may be shown
 */
export async function describeFailedAnswer(
  { answer, body, output, statusLine }: FailedAnswer,
  project: string,
): Promise<Failure> {
  const written = expandLoggedErrors(output());
  const stack = hasStack(written) ? written : (answer.stack ?? written);
  const failure = await describeFailure(
    `The application has answered this request with ${statusLine}.`,
    stack,
    project,
  );
  return { ...failure, answer: body.slice(0, SHOWN), message: failure.message ?? answer.message };
}
