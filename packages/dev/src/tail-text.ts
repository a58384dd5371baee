/** Bytes that are kept of a text at least, and twice as many at most. */
const KEPT = 16_384;

/** The end of a text that may be long. */
export class TailText {
  #bytes: Buffer = Buffer.alloc(0);

  add(chunk: Uint8Array): void {
    const all = Buffer.concat([this.#bytes, chunk]);
    this.#bytes = all.length > 2 * KEPT ? Buffer.from(all.subarray(-KEPT)) : all;
  }

  get text(): string {
    return this.#bytes.toString('utf8');
  }
}
