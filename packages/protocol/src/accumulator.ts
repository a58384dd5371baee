const EMPTY = new Uint8Array(0);

/** The least that is allocated at once, in bytes: below it, growing step by step costs more than it saves. */
const FIRST_CAPACITY = 512;

/**
 * Collects a known number of bytes that come in pieces.
 *
 * A peer that announces much and sends little must not cost memory, so at most twice the bytes that really
 * came are allocated (and at most {@link FIRST_CAPACITY} where that is more). The last growth lands on the
 * announced length, so the array handed out has exactly its size.
 */
export class Accumulator {
  #bytes = EMPTY;
  #length = 0;
  #expected = 0;

  /** Bytes collected so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that are still missing. */
  get missing(): number {
    return this.#expected - this.#length;
  }

  /** Starts over, expecting `expected` bytes. */
  start(expected: number): void {
    this.#bytes = EMPTY;
    this.#length = 0;
    this.#expected = expected;
  }

  /** Copies `source[from, to)`; at most {@link missing} bytes. */
  add(source: Uint8Array, from: number, to: number): void {
    const needed = this.#length + (to - from);
    if (needed > this.#bytes.length) {
      const capacity = Math.min(this.#expected, Math.max(needed * 2, FIRST_CAPACITY));
      const grown = new Uint8Array(capacity);
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(source.subarray(from, to), this.#length);
    this.#length = needed;
  }

  /** Hands out the collected bytes, in an array of exactly their size, and forgets them. */
  take(): Uint8Array {
    const bytes = this.#bytes;
    this.#bytes = EMPTY;
    this.#length = 0;
    this.#expected = 0;
    return bytes;
  }
}
