import {
  formatResponseHead,
  type HeaderField,
  isBodyElsewhere,
  isBodyless,
} from '../../cgi/response-head.ts';
import { http } from '../../node-http.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import { ResponseWriter } from '../../request/response-writer.ts';

/** A body above this many bytes does not wait until it is known how long it is. */
const WAITING_BYTES = 65_536;

const DIGITS = /^\d+$/;

/**
 * A `Response` of the Fetch standard on its way to the web server.
 *
 * The head waits until the body has ended or the event loop goes on. So a response that is there as a whole
 * gets its Content-Length and leaves in one write, and one that streams is not held up.
 */
export class OutgoingResponse {
  readonly #request: FcgiRequest;
  readonly #response: Response;
  readonly #writer: ResponseWriter;
  readonly #bodyless: boolean;
  readonly #fields: readonly HeaderField[];
  /** What the head says, `undefined` where it does not say it. */
  readonly #length: string | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(request: FcgiRequest, response: Response) {
    this.#request = request;
    this.#response = response;
    this.#writer = new ResponseWriter(request);
    this.#bodyless = isBodyless(response.status, request.params.get('REQUEST_METHOD') ?? '');
    this.#fields = [...response.headers];
    this.#length = this.#fields.find(([name]) => name === 'content-length')?.[1];
  }

  /** Sends a response whose body is there as a whole: the text or the bytes that it was made of. */
  sendWhole(source: string | Uint8Array): void {
    const length = typeof source === 'string' ? Buffer.byteLength(source) : source.length;
    this.#sendHead(length);
    // As many bytes as characters: each of them is one.
    if (!this.#bodyless) this.#writer.body(source, length === source.length ? 'latin1' : 'utf8');
    this.#end();
  }

  /** Resolves when the response has been handed over; rejects where its body fails. */
  async send(): Promise<void> {
    const { body } = this.#response;
    if (body === null || this.#bodyless) {
      this.#finish();
      // However long the source takes to stop, the response does not wait for it.
      await body?.cancel().catch((failure: unknown) => this.#request.report(failure));
      return;
    }
    const reader = body.getReader();
    const cancel = (error: unknown) =>
      reader.cancel(error).catch((failure: unknown) => this.#request.report(failure));
    this.#request.observer = { aborted: (error) => void cancel(error) };
    const immediate = setImmediate(() => this.#sendHead(undefined));
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        if (this.#request.output.closed) return await cancel(undefined);
        if (!(read.value instanceof Uint8Array)) {
          const error = new TypeError('The body of a Response must give bytes (Uint8Array).');
          void cancel(error);
          throw error;
        }
        await this.#writeChunk(read.value);
        // A source may have no end.
        if (this.#writer.isTooLong) {
          void cancel(undefined);
          break;
        }
      }
    } finally {
      clearImmediate(immediate);
      this.#request.observer = undefined;
    }
    this.#finish();
  }

  async #writeChunk(chunk: Uint8Array): Promise<void> {
    if (this.#writer.hasHead) {
      const { output } = this.#request;
      if (this.#writer.body(chunk, 'latin1') || output.closed) return;
      await this.#drained();
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    // A source that never lets the event loop turn would be gathered without end.
    if (this.#waitingBytes < WAITING_BYTES) return;
    this.#sendHead(undefined);
    await this.#drained();
  }

  /** Waits until the web server has caught up, or is not there any more. */
  async #drained(): Promise<void> {
    const { output } = this.#request;
    if (output.closed || !output.congested) return;
    await new Promise<void>((resolve) => {
      output.observer = { drained: resolve };
    });
  }

  #finish(): void {
    this.#sendHead(this.#waitingBytes);
    this.#end();
  }

  #end(): void {
    const { fault } = this.#writer;
    if (fault !== undefined) throw fault;
    this.#request.answer.complete();
  }

  #sendHead(bodyLength: number | undefined): void {
    if (this.#writer.hasHead) return;
    const { status, statusText } = this.#response;
    const fields = [...this.#fields];
    const announced = this.#length;
    if (bodyLength !== undefined && announced === undefined && !this.#bodyless) {
      fields.push(['content-length', String(bodyLength)]);
    }
    const isElsewhere = this.#bodyless || fields.some(([name]) => isBodyElsewhere(name));
    this.#writer.head({
      contentLength:
        announced !== undefined && DIGITS.test(announced) && !isElsewhere ? Number(announced) : undefined,
      encoding: 'latin1',
      text: formatResponseHead(status, statusText || (http.STATUS_CODES[status] ?? ''), fields),
    });
    for (const chunk of this.#waiting) this.#writer.body(chunk, 'latin1');
    this.#waiting = [];
  }
}
