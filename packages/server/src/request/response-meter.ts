/** Most characters of a head that are kept: what is longer is counted as if it ended there. */
const LONGEST_HEAD = 65_536;

const STATUS = /^status:[ \t]*(\d{3})/im;
const LOCATION = /^location:/im;

/** What was sent of a response, for subscribers. Made only where there are any. */
export class ResponseMeter {
  /** Of `performance.now()`. */
  readonly startedAt = performance.now();
  #head = '';
  #bytes = 0;

  /**
   * The fields of the head as they were sent, each with its line end, then the blank line; each character is one byte.
   * Empty as long as nothing was sent.
   */
  get head(): string {
    return this.#head;
  }

  /** What the web server takes for the status (RFC 3875 §6.3.3); `undefined` as long as nothing was sent. */
  get status(): number | undefined {
    if (this.#head === '') return undefined;
    const status = STATUS.exec(this.#head)?.[1];
    if (status !== undefined) return Number(status);
    return LOCATION.test(this.#head) ? 302 : 200;
  }

  /** Bytes of the body. */
  get bodyBytes(): number {
    return this.#bytes - this.#head.length;
  }

  /**
   * Counts what is sent. A head always comes in one chunk, the first.
   *
   * @param bytes how many the chunk has
   */
  add(chunk: string | Uint8Array, bytes: number): void {
    if (this.#bytes === 0 && bytes > 0) this.#head = headOf(chunk);
    this.#bytes += bytes;
  }

  /** Nothing of what was counted has been sent, nor will be. */
  reset(): void {
    this.#head = '';
    this.#bytes = 0;
  }
}

function headOf(chunk: string | Uint8Array): string {
  const text =
    typeof chunk === 'string'
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1', 0, LONGEST_HEAD);
  const end = /\r?\n\r?\n/.exec(text);
  return end === null ? text.slice(0, LONGEST_HEAD) : text.slice(0, end.index + end[0].length);
}
