import { ACCEL_BUFFERING_OFF, isBodyless } from '../../cgi/response-head.ts';
import { isByteText } from '../../request/byte-text.ts';
import type { ResponseHead } from '../../request/response-writer.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';
import { readHttpHead } from './http-head.ts';

/** What becomes of the response that a `ServerResponse` writes. */
export interface ResponseSink {
  /** @param alone whether nothing else came with it */
  head(head: ResponseHead, alone: boolean): void;
  /** Bytes of the body. */
  body(chunk: string | Uint8Array, encoding: BufferEncoding): void;
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

  /**
   * @param method of the request
   * @param unbuffered whether event streams ask the web server not to hold them
   */
  constructor(method: string, sink: ResponseSink, unbuffered = true) {
    this.#method = method;
    this.#unbuffered = unbuffered;
    this.#sink = sink;
  }

  /** Whether the end of the body has come, or could have: only its chunked coding tells. */
  get isWhole(): boolean {
    return this.#headRead && (this.#bodyless || this.#chunked === undefined || this.#chunked.done);
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
      const isOurs = !(this.#bodyless || head.bodyElsewhere);
      const contentLength = isOurs ? head.contentLength : undefined;
      if (head.chunked) this.#chunked = new ChunkedDecoder((chunk) => this.#content(chunk, 'latin1'));
      const streaming = head.heldByNginx && this.#unbuffered ? ACCEL_BUFFERING_OFF : '';
      const cgi = `${head.fields}${streaming}Status: ${head.statusText}\r\n\r\n`;
      this.#sink.head({ contentLength, encoding, text: cgi }, !hasBody);
    }
    if (hasBody) this.write(text.slice(bodyAt), encoding);
  }

  #body(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (data.length === 0) return;
    if (this.#chunked === undefined) this.#content(data, encoding);
    else this.#chunked.push(typeof data === 'string' ? Buffer.from(data, encoding) : data);
  }

  #content(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (!this.#bodyless) this.#sink.body(data, encoding);
  }
}
