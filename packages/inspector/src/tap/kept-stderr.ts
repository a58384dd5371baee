/** Bytes of STDERR that are kept of one request, as the client of FastCGI keeps them. */
const STDERR_BYTES = 65_536;

/** The beginning of what an application has written to STDERR in one request: a request may run for days. */
export class KeptStderr {
  /** Bytes that are not kept. */
  dropped = 0;
  readonly #bytes: Buffer[] = [];
  #length = 0;

  add(content: Uint8Array): void {
    // A copy: a view would keep all that came together with it.
    const kept = Buffer.from(content.subarray(0, STDERR_BYTES - this.#length));
    this.dropped += content.length - kept.length;
    this.#length += kept.length;
    if (kept.length > 0) this.#bytes.push(kept);
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#bytes);
  }
}
