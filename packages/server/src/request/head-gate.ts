import { errors, type FcgiServerError } from '../errors.ts';

/** Why a response head that a handler wrote itself cannot be sent. */
export type HeadProblem = 'empty' | 'incomplete' | 'malformed' | 'missing' | 'too-large';

/** Why a response is none. */
export function headFault(problem: HeadProblem): FcgiServerError {
  const { empty, incomplete, malformed, tooLarge } = errors.FCGI_RESPONSE_HEAD_INVALID;
  switch (problem) {
    case 'empty':
      return empty();
    case 'incomplete':
      return incomplete();
    case 'malformed':
      return malformed();
    case 'missing':
      return errors.FCGI_RESPONSE_EMPTY.handler();
    case 'too-large':
      return tooLarge();
  }
}

/** Fields, each with its line end, and a blank line. */
const HEAD = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\0\r\n]*\r?\n)+\r?\n$/;

/** A blank line, which ends a head in which there is nothing. */
const EMPTY = /^\r?\n/;

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

  /**
   * @param chunk bytes, or text of which each character is one byte
   * @returns what can be sent now, or `undefined` as long as the head is not complete
   */
  pass(chunk: string | Buffer): string | Buffer | undefined {
    if (this.#open) return chunk;
    if (this.#problem !== undefined || chunk.length === 0) return undefined;
    const held = this.#held === undefined ? chunk : Buffer.concat([this.#held, toBytes(chunk)]);
    if (EMPTY.test(typeof held === 'string' ? held : held.toString('latin1', 0, 2))) {
      this.#problem = 'empty';
      this.#held = undefined;
      return undefined;
    }
    const end = endOfHead(held);
    if ((end === -1 ? held.length : end) > this.#limit) {
      this.#problem = 'too-large';
      this.#held = undefined;
      return undefined;
    }
    if (end === -1) {
      this.#held = toBytes(held);
      return undefined;
    }
    this.#held = undefined;
    if (!HEAD.test(typeof held === 'string' ? held.slice(0, end) : held.toString('latin1', 0, end))) {
      this.#problem = 'malformed';
      return undefined;
    }
    this.#open = true;
    return held;
  }
}

function toBytes(chunk: string | Buffer): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
}

function before(bytes: string | Buffer, end: number): string | Buffer {
  if (end === -1) return bytes;
  return typeof bytes === 'string' ? bytes.slice(0, end) : bytes.subarray(0, end);
}

/** Position after the blank line that ends a head, or -1. */
function endOfHead(bytes: string | Buffer): number {
  const crlf = bytes.indexOf('\r\n\r\n');
  // Not in a body, which may be long.
  const lf = before(bytes, crlf).indexOf('\n\n');
  if (lf !== -1) return lf + 2;
  return crlf === -1 ? -1 : crlf + 4;
}
