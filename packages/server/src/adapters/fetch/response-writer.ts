import { ContentLengthGuard } from '../../cgi/content-length-guard.ts';
import {
  formatResponseHead,
  type HeaderField,
  isBodyElsewhere,
  isBodyless,
  LARGE_HEAD_BYTES,
} from '../../cgi/response-head.ts';
import { FcgiServerError } from '../../errors.ts';
import { http } from '../../node-http.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';

/** A body above this many bytes does not wait until it is known how long it is. */
const WAITING_BYTES = 65_536;

const DIGITS = /^\d+$/;

/**
 * Writes a `Response` of the Fetch standard as a CGI response.
 *
 * The head waits until the body has ended or the event loop goes on. So a response that is there as a whole
 * gets its Content-Length and leaves in one write, and one that streams is not held up.
 */
export class ResponseWriter {
  readonly #request: FcgiRequest;
  readonly #response: Response;
  readonly #bodyless: boolean;
  readonly #guard: ContentLengthGuard;
  readonly #hasLength: boolean;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #headSent = false;

  constructor(request: FcgiRequest, response: Response) {
    this.#request = request;
    this.#response = response;
    this.#bodyless = isBodyless(response.status, request.params.get('REQUEST_METHOD') ?? '');
    const length = response.headers.get('Content-Length');
    this.#hasLength = length !== null;
    const isKnown = length !== null && DIGITS.test(length) && !this.#bodyless;
    const isOurs = isKnown && ![...response.headers].some(([name]) => isBodyElsewhere(name));
    this.#guard = new ContentLengthGuard(isOurs ? Number(length) : undefined);
  }

  /** Resolves when the response has been handed over; rejects where its body fails. */
  async write(): Promise<void> {
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
        if (this.#guard.surplus > 0) {
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
    const fitting = this.#guard.accept(chunk.length);
    if (this.#guard.surplus > 0) this.#warnSurplus();
    const bytes = fitting === chunk.length ? chunk : chunk.subarray(0, fitting);
    if (!this.#headSent) {
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.length;
      // A source that never lets the event loop turn would be gathered without end.
      if (this.#waitingBytes < WAITING_BYTES) return;
      this.#sendHead(undefined);
      return await this.#drained();
    }
    const { output } = this.#request;
    if (output.write(bytes) || output.closed) return;
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
    const { missing } = this.#guard;
    if (missing > 0) {
      throw new FcgiServerError(
        'FCGI_RESPONSE_TOO_SHORT',
        'request',
        `The body ended ${missing} bytes before its Content-Length.`,
      );
    }
    this.#sendHead(this.#waiting.reduce((sum, chunk) => sum + chunk.length, 0));
    this.#request.complete();
  }

  #sendHead(bodyLength: number | undefined): void {
    if (this.#headSent) return;
    this.#headSent = true;
    const { status, statusText, headers } = this.#response;
    const fields: HeaderField[] = [...headers];
    if (bodyLength !== undefined && !this.#hasLength && !this.#bodyless) {
      fields.push(['content-length', String(bodyLength)]);
    }
    const head = formatResponseHead(status, statusText || (http.STATUS_CODES[status] ?? ''), fields);
    if (head.length > LARGE_HEAD_BYTES) this.#warnLargeHead(head.length);
    const { output } = this.#request;
    output.write(head, 'latin1');
    for (const chunk of this.#waiting) output.write(chunk);
    this.#waiting = [];
  }

  #warnLargeHead(length: number): void {
    this.#request.report(
      new FcgiServerError(
        'FCGI_RESPONSE_HEAD_LARGE',
        'request',
        `The response head has ${length} bytes. nginx answers 502 above its fastcgi_buffer_size, 4096 by default; raise it, or send fewer and smaller fields.`,
      ),
    );
  }

  #warnSurplus(): void {
    this.#request.report(
      new FcgiServerError(
        'FCGI_RESPONSE_TOO_LONG',
        'request',
        'The body is longer than its Content-Length; the rest was dropped.',
      ),
    );
  }
}
