import { Readable } from 'node:stream';
import type { InputSource } from './input-source.ts';

/** A body of a request (STDIN or DATA) as a Node stream. */
export class InputStream extends Readable {
  readonly #source: InputSource;

  constructor(source: InputSource) {
    super();
    this.#source = source;
    source.attach({
      push: (chunk) => this.push(chunk),
      end: () => this.push(null),
      fail: (error) => this.destroy(error),
    });
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.discard();
    callback(error);
  }
}
