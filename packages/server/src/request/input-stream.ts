import { Readable } from 'node:stream';
import type { InputSource } from './input-source.ts';

/**
 * A body of a request (STDIN or DATA) as a Node stream. Holds one piece at most: what waits beyond it is the
 * source's, which is bounded, and a body that ends too early fails only when all that came has been read.
 */
export class InputStream extends Readable {
  readonly #source: InputSource;
  #failure: Error | undefined;

  constructor(source: InputSource) {
    super({ highWaterMark: 1 });
    this.#source = source;
    source.attach({
      push: (chunk) => this.push(chunk),
      end: () => this.push(null),
      fail: (error) => this.#fail(error),
    });
  }

  override _read(): void {
    // Asked while the last piece is being read, so that destroying at once would lose it.
    if (this.#failure === undefined) this.#source.resume();
    else process.nextTick(() => this.destroy(this.#failure));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.discard();
    callback(error);
  }

  #fail(error: Error): void {
    this.#failure = error;
    if (this.readableLength === 0) this.destroy(error);
  }
}
