import { ContentLengthGuard } from '../../cgi/content-length-guard.ts';
import {
  hasConnectionField,
  isBodyless,
  isConnectionField,
  streamingField,
} from '../../cgi/response-head.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';

/** What becomes of the response that a `ServerResponse` writes. */
export interface ResponseSink {
  /**
   * The head for the web server.
   *
   * @param encoding in which its characters become bytes: the one of the write that it came with
   * @param alone whether nothing else came with it
   */
  head(text: string, encoding: BufferEncoding, alone: boolean): void;
  /** Bytes of the body. */
  body(chunk: string | Uint8Array, encoding: BufferEncoding): void;
  /** More body than Content-Length; the surplus is dropped. */
  surplus(): void;
}

const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';
/** In `HTTP/1.1 200 OK`. */
const STATUS_OFFSET = 9;
const STATUS_LENGTH = 3;
const CONTENT_LENGTH = /^content-length: *(\d+)\r$/im;
const CHUNKED = /^transfer-encoding:.*\bchunked *$/i;

/**
 * Reads what `ServerResponse` writes to its socket, an HTTP/1.1 response, and gives what a web server wants
 * instead: a CGI head and a body without framing. Interim responses (1xx) are dropped.
 *
 * `ServerResponse` always writes a head in one piece.
 */
export class HttpResponseReader {
  readonly #method: string;
  readonly #unbuffered: boolean;
  readonly #sink: ResponseSink;
  #headRead = false;
  #bodyless = false;
  #chunked: ChunkedDecoder | undefined;
  #guard = new ContentLengthGuard(undefined);

  /**
   * @param method of the request
   * @param unbuffered whether event streams ask the web server not to hold them
   */
  constructor(method: string, sink: ResponseSink, unbuffered = true) {
    this.#method = method;
    this.#unbuffered = unbuffered;
    this.#sink = sink;
  }

  /** Whether the head of the final response has been read. */
  get headRead(): boolean {
    return this.#headRead;
  }

  /** Bytes by which the body falls short of Content-Length. */
  get missing(): number {
    return this.#guard.missing;
  }

  /** Takes what `ServerResponse` wrote. */
  write(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (this.#headRead) this.#body(data, encoding);
    else this.#head(data, encoding);
  }

  #head(data: string | Uint8Array, encoding: BufferEncoding): void {
    const text = typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
    const headEncoding = typeof data === 'string' ? encoding : 'latin1';
    const end = text.indexOf(HEAD_END);
    const bodyAt = end + HEAD_END.length;
    const status = Number(text.slice(STATUS_OFFSET, STATUS_OFFSET + STATUS_LENGTH));
    if (end === -1 || !text.startsWith('HTTP/1.') || !(status >= 100)) {
      throw new TypeError('An HTTP response head was expected, but this was something else.');
    }
    if (status >= 200 || status === 101) {
      this.#headRead = true;
      this.#bodyless = isBodyless(status, this.#method);
      const alone = text.length === bodyAt;
      this.#sink.head(this.#toCgi(text.slice(0, end + LINE_END.length)), headEncoding, alone);
    }
    if (text.length > bodyAt) this.write(text.slice(bodyAt), headEncoding);
  }

  /** @param head status line and fields, each with its line end */
  #toCgi(head: string): string {
    const fieldsAt = head.indexOf(LINE_END) + LINE_END.length;
    const statusLine = head.slice(STATUS_OFFSET, fieldsAt - LINE_END.length).trimEnd();
    const fields = head.slice(fieldsAt);
    const length = CONTENT_LENGTH.exec(fields);
    if (length !== null && !this.#bodyless) this.#guard = new ContentLengthGuard(Number(length[1]));
    return `${this.#withoutConnectionFields(fields)}${this.#unbuffered ? streamingField(fields) : ''}Status: ${statusLine}${HEAD_END}`;
  }

  #withoutConnectionFields(fields: string): string {
    // Nearly always there are none.
    if (!hasConnectionField(fields)) return fields;
    let kept = '';
    for (const line of fields.split(LINE_END)) {
      if (CHUNKED.test(line)) this.#chunked = new ChunkedDecoder((chunk) => this.#content(chunk, 'latin1'));
      if (line !== '' && !isConnectionField(line.slice(0, line.indexOf(':')))) kept += line + LINE_END;
    }
    return kept;
  }

  #body(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (data.length === 0) return;
    if (this.#chunked === undefined) this.#content(data, encoding);
    else this.#chunked.push(typeof data === 'string' ? Buffer.from(data, encoding) : data);
  }

  #content(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (this.#bodyless) return;
    const length = typeof data === 'string' ? Buffer.byteLength(data, encoding) : data.length;
    const surplusBefore = this.#guard.surplus;
    const fitting = this.#guard.accept(length);
    if (fitting === length) {
      this.#sink.body(data, encoding);
      return;
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, encoding) : data;
    if (fitting > 0) this.#sink.body(bytes.subarray(0, fitting), encoding);
    if (surplusBefore === 0) this.#sink.surplus();
  }
}
