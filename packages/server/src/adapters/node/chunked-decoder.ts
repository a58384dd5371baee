const CR = 0x0d;
const LF = 0x0a;

/** Where the decoder is. */
const Part = { Size: 0, SizeEnd: 1, Data: 2, DataEnd: 3, Done: 4 } as const;

/**
 * Takes the chunked coding (RFC 9112 §7.1) off a body again. It reads what `ServerResponse` has written, which
 * is well-formed, in whatever pieces.
 */
export class ChunkedDecoder {
  readonly #emit: (data: Uint8Array) => void;
  #part: (typeof Part)[keyof typeof Part] = Part.Size;
  #size = 0;

  /** @param emit gets the data, in views of what was pushed */
  constructor(emit: (data: Uint8Array) => void) {
    this.#emit = emit;
  }

  /** Whether the last chunk has come. */
  get done(): boolean {
    return this.#part === Part.Done;
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length && this.#part !== Part.Done) {
      if (this.#part === Part.Data) {
        const end = Math.min(bytes.length, offset + this.#size);
        this.#emit(bytes.subarray(offset, end));
        this.#size -= end - offset;
        offset = end;
        if (this.#size === 0) this.#part = Part.DataEnd;
      } else {
        this.#readFraming(bytes[offset]!);
        offset += 1;
      }
    }
  }

  #readFraming(byte: number): void {
    switch (this.#part) {
      case Part.Size:
        if (byte === CR) this.#part = Part.SizeEnd;
        else this.#size = this.#size * 16 + Number.parseInt(String.fromCharCode(byte), 16);
        break;
      case Part.SizeEnd:
        // The last chunk is empty; trailers follow, which FastCGI cannot carry.
        this.#part = this.#size === 0 ? Part.Done : Part.Data;
        break;
      case Part.DataEnd:
        if (byte === LF) this.#part = Part.Size;
        break;
    }
  }
}
