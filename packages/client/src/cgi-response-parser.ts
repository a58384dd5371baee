import { type CgiResponseHead, type HeaderField, interpretHead } from './cgi-response-head.ts';
import { FcgiClientError } from './errors.ts';
import { DEFAULT_LIMITS, resolveLimits } from './limits.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;
const DELETE = 0x7f;

const FIRST_CAPACITY = 1_024;
const EMPTY = new Uint8Array(0);

/** RFC 9110 §5.6.2: what a field name is made of. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The head of a response, then pieces of its body. */
export type CgiResponsePart =
  | { readonly type: 'head'; readonly head: CgiResponseHead }
  | { readonly type: 'body'; readonly content: Uint8Array };

/** What {@link CgiResponseParser} takes of an application. */
export interface CgiResponseLimits {
  /**
   * Bytes of the head, its blank line included.
   *
   * @defaultValue 65,536
   */
  readonly headBytes?: number | undefined;
  /**
   * Fields in the head.
   *
   * @defaultValue 256
   */
  readonly headFields?: number | undefined;
}

const HEAD_LIMITS: Record<keyof CgiResponseLimits, number> = {
  headBytes: DEFAULT_LIMITS.headBytes,
  headFields: DEFAULT_LIMITS.headFields,
};

/**
 * Turns the bytes that a CGI program or a FastCGI application writes to its stdout into a response head and a
 * body (RFC 3875 §6), however they were cut.
 *
 * ```ts
 * parser.push(chunk);
 * for (let part = parser.next(); part !== undefined; part = parser.next()) { … }
 * ```
 *
 * Lines end with LF or CR LF. Names are tokens with no space before the colon, values hold no control
 * characters, folded lines are refused. An empty head is accepted, as every web server does. Contents of the
 * body are views of what was pushed wherever possible. Call `next()` after every `push()`: the limits are
 * looked at there.
 */
export class CgiResponseParser {
  readonly #headBytes: number;
  readonly #headFields: number;
  readonly #fields: HeaderField[] = [];
  readonly #body: Uint8Array[] = [];
  #bytes: Uint8Array = EMPTY;
  #length = 0;
  #lineStart = 0;
  #scanned = 0;
  #headDone = false;
  #error: FcgiClientError | undefined;

  /**
   * @param limits see the fields for the defaults
   * @throws FcgiOptionError where a limit is no number above 0
   */
  constructor(limits: CgiResponseLimits = {}) {
    const { headBytes, headFields } = resolveLimits(HEAD_LIMITS, limits);
    this.#headBytes = headBytes;
    this.#headFields = headFields;
  }

  /** Whether the head is complete. */
  get headDone(): boolean {
    return this.#headDone;
  }

  /**
   * Takes the next bytes. Errors in them come out of {@link next}.
   *
   * @param bytes any number of bytes; the caller must not change them afterwards
   */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#error !== undefined) return;
    if (this.#headDone) this.#body.push(bytes);
    else this.#append(bytes);
  }

  /**
   * The next part, or `undefined` until more bytes have been pushed.
   *
   * @throws FcgiClientError where the head breaks a rule or a limit; every later call throws the same error
   */
  next(): CgiResponsePart | undefined {
    if (this.#error !== undefined) throw this.#error;
    if (this.#headDone) {
      const content = this.#body.shift();
      return content && { type: 'body', content };
    }
    try {
      const head = this.#readHead();
      return head && { type: 'head', head };
    } catch (error) {
      this.#error = error as FcgiClientError;
      this.#bytes = EMPTY;
      throw error;
    }
  }

  /**
   * Says that no more bytes will come.
   *
   * @throws FcgiClientError `FCGI_HEAD_TRUNCATED` if the head has not ended
   */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    if (!this.#headDone) {
      throw new FcgiClientError(
        'FCGI_HEAD_TRUNCATED',
        `The head of a response ends with a blank line, but the response ended after ${this.#length} bytes without one.`,
      );
    }
  }

  #append(bytes: Uint8Array): void {
    if (this.#length === 0) {
      // Most heads come in one piece, which is then read where it lies.
      this.#bytes = bytes;
      this.#length = bytes.length;
      return;
    }
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) {
      // Doubling, so that a head that comes byte by byte is copied a few times only.
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2, FIRST_CAPACITY));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
  }

  #readHead(): CgiResponseHead | undefined {
    const bytes = this.#bytes;
    const stop = Math.min(this.#length, this.#headBytes);
    for (let i = this.#scanned; i < stop; i += 1) {
      if (bytes[i] !== LF) continue;
      const start = this.#lineStart;
      const end = i > start && bytes[i - 1] === CR ? i - 1 : i;
      this.#lineStart = i + 1;
      if (end === start) return this.#finish();
      this.#addField(bytes, start, end);
    }
    this.#scanned = stop;
    if (this.#length > this.#headBytes) {
      throw new FcgiClientError(
        'FCGI_HEAD_TOO_LARGE',
        `The head of a response may have ${this.#headBytes} bytes, but this one has not ended after that many.`,
      );
    }
    return undefined;
  }

  #finish(): CgiResponseHead {
    const head = interpretHead(this.#fields);
    const rest = this.#bytes.subarray(this.#lineStart, this.#length);
    if (rest.length > 0) this.#body.push(rest);
    this.#bytes = EMPTY;
    this.#headDone = true;
    return head;
  }

  #addField(bytes: Uint8Array, start: number, end: number): void {
    const line = this.#fields.length + 1;
    if (bytes[start] === SPACE || bytes[start] === TAB) {
      throw new FcgiClientError(
        'FCGI_HEAD_LINE_FOLDED',
        `Line ${line} of the head begins with a space: folded lines are not part of CGI (RFC 3875 §6.3).`,
      );
    }
    const colon = bytes.indexOf(COLON, start);
    const name = latin1(bytes, start, colon === -1 || colon > end ? end : colon);
    if (colon === -1 || colon >= end || !TOKEN.test(name)) throw invalidLine(line, name);
    const value = trim(latin1(bytes, colon + 1, end));
    if (hasControl(value)) {
      throw new FcgiClientError(
        'FCGI_HEAD_VALUE_INVALID',
        `The value in line ${line} of the head has a control character.`,
      );
    }
    if (line > this.#headFields) {
      throw new FcgiClientError(
        'FCGI_HEAD_FIELDS_EXCEEDED',
        `The head of a response may have ${this.#headFields} fields, but this one has more.`,
      );
    }
    this.#fields.push([name, value]);
  }
}

function invalidLine(line: number, start: string): FcgiClientError {
  const hint =
    line === 1 && start.startsWith('HTTP/')
      ? ' It looks like an HTTP status line; in CGI the status is a field: "Status: 200 OK".'
      : '';
  return new FcgiClientError(
    'FCGI_HEAD_LINE_INVALID',
    `Line ${line} of the head is not a name, a colon and a value.${hint}`,
  );
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, end);
}

/** Takes SP and HTAB off both ends; `trim()` would take U+00A0 as well. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Control characters but TAB: none may be in a field value, and CR, LF and NUL would split it. */
function hasControl(value: string): boolean {
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if ((code < SPACE && code !== TAB) || code === DELETE) return true;
  }
  return false;
}
