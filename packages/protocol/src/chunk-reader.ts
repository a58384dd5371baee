const EMPTY = new Uint8Array(0);

/** The bytes pushed into a decoder and not yet read, as the chunks they came in. Nothing is copied. */
export class ChunkReader {
  /** The chunk being read. */
  chunk: Uint8Array = EMPTY;
  /** Position in {@link chunk} of the next unread byte. */
  offset = 0;
  readonly #waiting: Uint8Array[] = [];

  /** Appends a chunk. */
  push(chunk: Uint8Array): void {
    if (this.offset === this.chunk.length) {
      this.chunk = chunk;
      this.offset = 0;
    } else {
      this.#waiting.push(chunk);
    }
  }

  /** Bytes that can be read from {@link chunk}, after moving on to the next chunk where this one is used up. */
  available(): number {
    while (this.offset === this.chunk.length && this.#waiting.length > 0) {
      this.chunk = this.#waiting.shift()!;
      this.offset = 0;
    }
    return this.chunk.length - this.offset;
  }

  /** Lets go of the chunk that has been read to its end, so that an idle reader holds no memory. */
  release(): void {
    if (this.offset === this.chunk.length) {
      this.chunk = EMPTY;
      this.offset = 0;
    }
  }
}
