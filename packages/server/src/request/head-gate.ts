/** Why a response head that a handler wrote itself cannot be sent. */
export type HeadProblem = 'incomplete' | 'malformed' | 'missing' | 'too-large';

const LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\0\r\n]*$/;

/**
 * Holds back a response that a handler writes itself until its head is complete (RFC 3875 §6), so that the
 * head leaves in one record: HAProxy dies of half a head.
 */
export class ResponseHeadGate {
  readonly #limit: number;
  #held: Buffer | undefined;
  #open = false;
  #problem: HeadProblem | undefined;

  /** @param limit most bytes of a head */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is wrong with the head, or `undefined` if it has passed. */
  get problem(): HeadProblem | undefined {
    if (this.#problem !== undefined) return this.#problem;
    if (this.#open) return undefined;
    return this.#held === undefined ? 'missing' : 'incomplete';
  }

  /** @returns what can be sent now, or `undefined` as long as the head is not complete */
  pass(chunk: Buffer): Buffer | undefined {
    if (this.#open) return chunk;
    if (this.#problem !== undefined || chunk.length === 0) return undefined;
    const held = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    const end = endOfHead(held);
    if ((end === -1 ? held.length : end) > this.#limit) {
      this.#problem = 'too-large';
      this.#held = undefined;
      return undefined;
    }
    if (end === -1) {
      this.#held = held;
      return undefined;
    }
    this.#held = undefined;
    if (!isHead(held.toString('latin1', 0, end))) {
      this.#problem = 'malformed';
      return undefined;
    }
    this.#open = true;
    return held;
  }
}

/** Position after the blank line that ends a head, or -1. */
function endOfHead(bytes: Buffer): number {
  const crlf = bytes.indexOf('\r\n\r\n');
  const lf = bytes.indexOf('\n\n');
  if (crlf === -1) return lf === -1 ? -1 : lf + 2;
  return lf === -1 || crlf < lf ? crlf + 4 : lf + 2;
}

function isHead(head: string): boolean {
  // The blank line leaves two empty parts at the end.
  const lines = head.split(/\r?\n/).slice(0, -2);
  return lines.every((line) => LINE.test(line));
}
