import { byteLengthOf } from '../../request/byte-text.ts';

/** What `ServerResponse` sends next; see RFC 9112 §7.1. */
type Part = 'data' | 'data-end' | 'nothing' | 'size' | 'size-end';

/**
 * Tells the body from its chunked coding in what `ServerResponse` sends: the size of a chunk, a line end, the data, and a line
 * end, each in calls of their own, then the last chunk in one. So the coding need not be taken off again.
 */
export class ChunkFraming {
  #next: Part = 'size';
  #left = 0;

  /** Whether the last chunk was sent. */
  get done(): boolean {
    return this.#next === 'nothing';
  }

  /**
   * Takes what is sent next.
   *
   * @param bytes how many it has, where that is known
   * @returns what it is
   */
  take(data: string | Uint8Array, encoding: BufferEncoding, bytes: number | undefined): Part {
    const part = this.#next;
    switch (part) {
      case 'size':
        this.#left = Number.parseInt(String(data), 16);
        this.#next = this.#left === 0 ? 'nothing' : 'size-end';
        break;
      case 'size-end':
        this.#next = 'data';
        break;
      case 'data':
        this.#left -= bytes ?? (typeof data === 'string' ? byteLengthOf(data, encoding) : data.length);
        if (this.#left <= 0) this.#next = 'data-end';
        break;
      case 'data-end':
        this.#next = 'size';
        break;
    }
    return part;
  }
}
