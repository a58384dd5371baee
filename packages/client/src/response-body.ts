import { Readable } from 'node:stream';
import { ByteQueue } from './byte-queue.ts';

/** What a body tells the request that fills it. */
export interface BodyOwner {
  /** The bytes that wait have become more or fewer. */
  onLevel(waiting: number): void;
  /** The reader has destroyed the body before its end. */
  onAbandoned(): void;
}

/**
 * The body of a response as a stream. Bytes wait in a queue of its own and not in that of `Readable`, which
 * counts bytes only: an application that sends one byte at a time would fill it with thousands of objects.
 */
export class ResponseBody extends Readable {
  readonly #queue = new ByteQueue();
  readonly #owner: BodyOwner;
  #wanted = false;
  #finished = false;

  constructor(owner: BodyOwner) {
    super({ highWaterMark: 0 });
    this.#owner = owner;
    // A reader gets the error as well. A caller that looks at the status only must not lose its process
    // because the connection breaks off later.
    this.on('error', () => {});
  }

  /** Takes bytes from the application. */
  add(bytes: Uint8Array): void {
    if (this.destroyed) return;
    this.#queue.add(bytes);
    this.#serve();
  }

  /** No more bytes will come. */
  finish(): void {
    this.#finished = true;
    if (!this.destroyed) this.#serve();
  }

  override _read(): void {
    this.#wanted = true;
    this.#serve();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const isComplete = this.#finished && this.#queue.length === 0;
    this.#queue.clear();
    callback(error);
    if (!isComplete) this.#owner.onAbandoned();
  }

  #serve(): void {
    while (this.#wanted) {
      const piece = this.#queue.take();
      if (piece === undefined) break;
      this.#wanted = this.push(piece);
    }
    if (this.#finished && this.#queue.length === 0) this.push(null);
    this.#owner.onLevel(this.#queue.length);
  }
}
