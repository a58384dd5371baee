const EMPTY = new Uint8Array(0);

/** The bytes pushed into a decoder and not yet read, as the chunks they came in. Nothing is copied. */
export class ChunkReader {
  /** The chunk being read. */
  chunk: Uint8Array = EMPTY;
  /** Position in {@link chunk} of the next unread byte. */
  offset = 0;
  /** The chunks after {@link chunk}, none of them empty; those before `#next` have been read. Mostly there are none. */
  #waiting: Uint8Array[] | undefined;
  #next = 0;
  #closed = false;

  /** Appends a chunk. */
  push(chunk: Uint8Array): void {
    if (this.#closed || chunk.length === 0) return;
    if (this.#waiting !== undefined) {
      this.#waiting.push(chunk);
    } else if (this.offset === this.chunk.length) {
      this.chunk = chunk;
      this.offset = 0;
    } else {
      this.#waiting = [chunk];
    }
  }

  /** Bytes that can be read from {@link chunk}, after moving on to the next chunk where this one is used up. */
  available(): number {
    if (this.offset === this.chunk.length && this.#waiting !== undefined) this.#advance(this.#waiting);
    return this.chunk.length - this.offset;
  }

  /** Lets go of the chunk that has been read to its end, so that an idle reader holds no memory. */
  release(): void {
    if (this.offset === this.chunk.length) {
      this.chunk = EMPTY;
      this.offset = 0;
    }
  }

  /** Forgets everything that has not been read, and keeps nothing from now on: for use after an error. */
  close(): void {
    this.#closed = true;
    this.chunk = EMPTY;
    this.offset = 0;
    this.#waiting = undefined;
    this.#next = 0;
  }

  #advance(waiting: Uint8Array[]): void {
    this.chunk = waiting[this.#next]!;
    this.offset = 0;
    this.#next += 1;
    if (this.#next === waiting.length) {
      this.#waiting = undefined;
      this.#next = 0;
    } else {
      // Removing it from the front instead would move all the others, each time.
      waiting[this.#next - 1] = EMPTY;
    }
  }
}
