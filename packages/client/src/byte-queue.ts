/** Pieces below this are copied together, so that many tiny ones cost no more memory than their bytes. */
const BLOCK_BYTES = 16_384;

/** Bytes that wait, first in first out. Takes at most about twice their number of memory, however they come. */
export class ByteQueue {
  readonly #pieces: Uint8Array[] = [];
  #first = 0;
  #block: Uint8Array | undefined;
  #blockLength = 0;
  #length = 0;

  /** Bytes in the queue. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends bytes. A large piece is kept as it is, and must not be changed by the caller; a small one is copied.
   *
   * @param bytes the piece
   */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    if (bytes.length < BLOCK_BYTES) {
      this.#copy(bytes);
    } else {
      this.#closeBlock();
      this.#pieces.push(bytes);
    }
  }

  /** Takes the next piece out, or `undefined` where there is none. */
  take(): Uint8Array | undefined {
    if (this.#first === this.#pieces.length) this.#closeBlock();
    const piece = this.#pieces[this.#first];
    if (piece === undefined) return undefined;
    this.#first += 1;
    if (this.#first === this.#pieces.length) {
      this.#pieces.length = 0;
      this.#first = 0;
    }
    this.#length -= piece.length;
    return piece;
  }

  /** Forgets everything. */
  clear(): void {
    this.#pieces.length = 0;
    this.#first = 0;
    this.#block = undefined;
    this.#blockLength = 0;
    this.#length = 0;
  }

  #copy(bytes: Uint8Array): void {
    const needed = this.#blockLength + bytes.length;
    if (needed > BLOCK_BYTES) this.#closeBlock();
    const start = this.#blockLength;
    if (this.#block === undefined || start + bytes.length > this.#block.length) {
      const grown = new Uint8Array(Math.min(BLOCK_BYTES, Math.max(2 * start, start + bytes.length)));
      if (this.#block !== undefined) grown.set(this.#block.subarray(0, start));
      this.#block = grown;
    }
    this.#block.set(bytes, start);
    this.#blockLength = start + bytes.length;
  }

  #closeBlock(): void {
    if (this.#block !== undefined) this.#pieces.push(this.#block.subarray(0, this.#blockLength));
    this.#block = undefined;
    this.#blockLength = 0;
  }
}
