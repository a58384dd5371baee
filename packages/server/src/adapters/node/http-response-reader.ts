import { ContentLengthGuard } from '../../cgi/content-length-guard.ts';
import { ACCEL_BUFFERING_OFF, isBodyless } from '../../cgi/response-head.ts';
import { byteLengthOf, isByteText } from '../../request/byte-text.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';
import { readHttpHead } from './http-head.ts';

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

/**
 * Reads what `ServerResponse` writes to its socket, an HTTP/1.1 response, and gives what a web server wants
 * instead: a CGI head and a body without framing. Interim responses (1xx) are dropped.
 */
export class HttpResponseReader {
  readonly #method: string;
  readonly #unbuffered: boolean;
  readonly #sink: ResponseSink;
  /** A head that is not complete. */
  #headText = '';
  #headRead = false;
  #bodyless = false;
  #chunked: ChunkedDecoder | undefined;
  #guard: ContentLengthGuard | undefined;

  /**
   * @param method of the request
   * @param unbuffered whether event streams ask the web server not to hold them
   */
  constructor(method: string, sink: ResponseSink, unbuffered = true) {
    this.#method = method;
    this.#unbuffered = unbuffered;
    this.#sink = sink;
  }

  /** Whether what was written is a whole response. */
  get isComplete(): boolean {
    const bodyEnded = this.#bodyless || this.#chunked === undefined || this.#chunked.done;
    return this.#headRead && this.missing === 0 && bodyEnded;
  }

  /** Whether the head of the final response has been read. */
  get headRead(): boolean {
    return this.#headRead;
  }

  /** Bytes by which the body falls short of Content-Length. */
  get missing(): number {
    return this.#guard?.missing ?? 0;
  }

  /** Takes what `ServerResponse` wrote. */
  write(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (this.#headRead) {
      this.#body(data, encoding);
    } else if (typeof data !== 'string') {
      this.#head(Buffer.from(data).toString('latin1'), 'latin1');
    } else {
      // Asked once for the head and what follows it.
      this.#head(data, isByteText(data, encoding) ? 'latin1' : encoding);
    }
  }

  #head(written: string, encoding: BufferEncoding): void {
    const text = this.#headText + written;
    const head = readHttpHead(text);
    this.#headText = head === undefined ? text : '';
    if (head === undefined) return;
    const { bodyAt, status } = head;
    const hasBody = text.length > bodyAt;
    if (status >= 200 || status === 101) {
      this.#headRead = true;
      this.#bodyless = isBodyless(status, this.#method);
      if (head.contentLength !== undefined && !this.#bodyless && !head.bodyElsewhere) {
        this.#guard = new ContentLengthGuard(head.contentLength);
      }
      if (head.chunked) this.#chunked = new ChunkedDecoder((chunk) => this.#content(chunk, 'latin1'));
      const streaming = head.heldByNginx && this.#unbuffered ? ACCEL_BUFFERING_OFF : '';
      this.#sink.head(`${head.fields}${streaming}Status: ${head.statusText}\r\n\r\n`, encoding, !hasBody);
    }
    if (hasBody) this.write(text.slice(bodyAt), encoding);
  }

  #body(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (data.length === 0) return;
    if (this.#chunked === undefined) this.#content(data, encoding);
    else this.#chunked.push(typeof data === 'string' ? Buffer.from(data, encoding) : data);
  }

  #content(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (this.#bodyless) return;
    const guard = this.#guard;
    if (guard === undefined) {
      this.#sink.body(data, encoding);
      return;
    }
    const length = typeof data === 'string' ? byteLengthOf(data, encoding) : data.length;
    const surplusBefore = guard.surplus;
    const fitting = guard.accept(length);
    if (fitting === length) {
      this.#sink.body(data, encoding);
      return;
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, encoding) : data;
    if (fitting > 0) this.#sink.body(bytes.subarray(0, fitting), encoding);
    if (surplusBefore === 0) this.#sink.surplus();
  }
}
