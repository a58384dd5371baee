const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 1024;

/**
 * The PARAMS stream of one request while it comes.
 *
 * Nearly always it is one record; more are copied together, into an array that grows with what really came, so that a
 * million tiny records cost no more than their bytes. What was added may change afterwards.
 */
export class ParamsCollector {
  #bytes = EMPTY;
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds the content of a record. */
  add(content: Uint8Array): void {
    if (this.#length === 0) {
      this.#bytes = Buffer.from(content);
      this.#length = content.length;
      return;
    }
    const needed = this.#length + content.length;
    if (needed > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(FIRST_CAPACITY, needed * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(content, this.#length);
    this.#length = needed;
  }

  /** The whole stream; the collector is empty afterwards. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#bytes = EMPTY;
    this.#length = 0;
    return bytes;
  }
}
