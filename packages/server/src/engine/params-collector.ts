const EMPTY = new Uint8Array(0);
const FIRST_CAPACITY = 1024;

/**
 * The PARAMS stream of one request while it comes.
 *
 * Nearly always it is one record, which needs no copy; more are copied together, into an array that grows with
 * what really came, so that a million tiny records cost no more than their bytes.
 */
export class ParamsCollector {
  #bytes: Uint8Array = EMPTY;
  #length = 0;
  #owned = false;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds the content of a record. */
  add(content: Uint8Array): void {
    // One record alone is kept as a view, but not where it would hold a chunk that is mostly something else.
    if (this.#length === 0 && content.length * 2 >= content.buffer.byteLength) {
      this.#bytes = content;
      this.#length = content.length;
      return;
    }
    const needed = this.#length + content.length;
    if (!this.#owned || needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(FIRST_CAPACITY, needed * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
      this.#owned = true;
    }
    this.#bytes.set(content, this.#length);
    this.#length = needed;
  }

  /** The whole stream; the collector is empty afterwards. */
  take(): Buffer {
    const collected = this.#bytes;
    const bytes =
      Buffer.isBuffer(collected) && collected.length === this.#length
        ? collected
        : Buffer.from(collected.buffer, collected.byteOffset, this.#length);
    this.#bytes = EMPTY;
    this.#length = 0;
    this.#owned = false;
    return bytes;
  }
}
