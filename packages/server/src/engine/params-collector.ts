const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 1024;

/**
 * The PARAMS stream of one request while it comes.
 *
 * Nearly always it is one record, and its end comes with it, so that nothing is copied. More are copied together, into an
 * array that grows with what really came, so that a million tiny records cost no more than their bytes.
 */
export class ParamsCollector {
  #bytes: Buffer = EMPTY;
  #length = 0;
  #lent = false;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds the content of a record, which must not change before {@link keep} is called. */
  add(content: Uint8Array): void {
    if (this.#length === 0) {
      this.#bytes = asBuffer(content);
      this.#length = content.length;
      this.#lent = true;
      return;
    }
    this.keep();
    const needed = this.#length + content.length;
    if (needed > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(FIRST_CAPACITY, needed * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(content, this.#length);
    this.#length = needed;
  }

  /** What was added may change from now on: it is copied. */
  keep(): void {
    if (!this.#lent) return;
    this.#bytes = Buffer.from(this.#bytes);
    this.#lent = false;
  }

  /** The whole stream; the collector is empty afterwards. */
  take(): Buffer {
    const bytes = this.#lent ? this.#bytes : this.#bytes.subarray(0, this.#length);
    this.#bytes = EMPTY;
    this.#length = 0;
    this.#lent = false;
    return bytes;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
