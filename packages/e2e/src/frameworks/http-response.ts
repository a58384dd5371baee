import { type Answer, fieldOf, isBodyless, NO_ANSWER, parseHead } from './answer.ts';
import type { ResolvedAsk } from './ask.ts';
import { comparable } from './expected-differences.ts';

const HEAD_END = '\r\n\r\n';

/** Collects the bytes of an HTTP/1.1 connection that carries one response, and reads it from them. */
export class HttpResponse {
  readonly #ask: ResolvedAsk;
  #bytes = Buffer.alloc(0);
  #head: Omit<Answer, 'body' | 'complete'> | undefined;
  #fields: Answer['headers'] = [];

  /** @param ask the request, on which it depends whether there is a body */
  constructor(ask: ResolvedAsk) {
    this.#ask = ask;
  }

  /** Whether the head of the final response has come. */
  get hasHead(): boolean {
    return this.#head !== undefined;
  }

  /** How many bytes of the body have come. */
  get bodyLength(): number {
    return this.#body(false).body.length;
  }

  /** Whether all of it has come, as far as that can be seen before the connection ends. */
  get whole(): boolean {
    return this.#body(false).complete;
  }

  /** Takes what has come. */
  push(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#head === undefined) {
      const end = this.#bytes.indexOf(HEAD_END);
      if (end === -1) return;
      const { first, fields } = parseHead(this.#bytes.toString('latin1', 0, end));
      this.#bytes = this.#bytes.subarray(end + HEAD_END.length);
      const [, code, reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(first)!;
      const status = Number(code);
      // Interim responses come before the one that counts.
      if (status < 200 && status !== 101) continue;
      this.#fields = fields;
      this.#head = { headers: comparable(fields, this.#ask), reason, status };
    }
  }

  /**
   * The response as far as it came.
   *
   * @param ended whether the connection was ended as it should be
   */
  answer(ended: boolean): Answer {
    if (this.#head === undefined) return NO_ANSWER;
    return { ...this.#head, ...this.#body(ended) };
  }

  #body(ended: boolean): { body: Buffer; complete: boolean } {
    if (this.#head === undefined) return { body: NO_ANSWER.body, complete: false };
    if (isBodyless(this.#head.status, this.#ask.method)) return { body: this.#bytes, complete: true };
    if (/chunked/i.test(fieldOf(this.#fields, 'transfer-encoding') ?? '')) return dechunked(this.#bytes);
    const length = fieldOf(this.#fields, 'content-length');
    if (length === undefined) return { body: this.#bytes, complete: ended };
    return { body: this.#bytes, complete: this.#bytes.length === Number(length) };
  }
}

/** Takes the chunked coding off (RFC 9112 §7.1). */
function dechunked(bytes: Buffer): { body: Buffer; complete: boolean } {
  const parts: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', offset);
    if (lineEnd === -1) return { body: Buffer.concat(parts), complete: false };
    const size = Number.parseInt(bytes.toString('latin1', offset, lineEnd), 16);
    if (size === 0) return { body: Buffer.concat(parts), complete: true };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    offset = lineEnd + 2 + size + 2;
  }
}
