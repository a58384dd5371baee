/** Sees to it that a body is as long as its Content-Length says: web servers mix up responses otherwise. */
export class ContentLengthGuard {
  readonly #contentLength: number | undefined;
  #bytes = 0;

  /** @param contentLength what the head says, or `undefined` where it says nothing */
  constructor(contentLength: number | undefined) {
    this.#contentLength = contentLength;
  }

  /** Bytes by which the body so far falls short of Content-Length. */
  get missing(): number {
    return this.#contentLength === undefined ? 0 : Math.max(0, this.#contentLength - this.#bytes);
  }

  /** Bytes by which the body so far exceeds Content-Length. */
  get surplus(): number {
    return this.#contentLength === undefined ? 0 : Math.max(0, this.#bytes - this.#contentLength);
  }

  /**
   * Counts the next bytes of the body.
   *
   * @returns how many of them fit
   */
  accept(length: number): number {
    const fitting = this.#contentLength === undefined ? length : Math.min(length, this.missing);
    this.#bytes += length;
    return fitting;
  }
}
