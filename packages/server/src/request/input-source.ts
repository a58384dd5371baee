import { costOf } from '../engine/input-budget.ts';

/** Who takes the bytes of a body: a stream of the application. */
export interface InputSink {
  /** Takes bytes; false: enough for now, until {@link InputSource.resume} is called. */
  push(chunk: Uint8Array): boolean;
  /** The body is complete. */
  end(): void;
  /** The body will not be complete. */
  fail(error: Error): void;
}

/**
 * One body (STDIN or DATA) between the connection and the stream that the application reads. Holds what came
 * until there is a sink that wants it; whoever fills it is told what was taken, so that reading can stop.
 */
export class InputSource {
  readonly #onTaken: (bytes: number) => void;
  #waiting: Uint8Array[] = [];
  #sink: InputSink | undefined;
  #wanted = false;
  #ended = false;
  #closed = false;
  #error: Error | undefined;

  /** @param onTaken is told what the application took, as {@link costOf} counts it */
  constructor(onTaken: (bytes: number) => void) {
    this.#onTaken = onTaken;
  }

  /** Whether the application waits for bytes that have not come. */
  get starving(): boolean {
    return this.#wanted && !this.#ended && this.#waiting.length === 0;
  }

  /** Whether the end has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes came. */
  receive(chunk: Uint8Array): void {
    if (this.#closed) {
      this.#onTaken(costOf(chunk));
    } else if (this.#wanted && this.#waiting.length === 0) {
      this.#hand(chunk);
    } else {
      this.#waiting.push(detached(chunk));
    }
  }

  /** The body is complete. */
  end(): void {
    this.#ended = true;
    this.#finish();
  }

  /** The body will not be complete. What came before is handed out first. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#finish();
  }

  /** The web server has gone: a body that is not complete fails at once, a complete one stays readable. */
  abort(error: Error): void {
    if (this.#ended) return;
    this.#drop();
    this.fail(error);
  }

  /** Sets who takes the bytes; it gets none before {@link resume}. */
  attach(sink: InputSink): void {
    this.#sink = sink;
  }

  /** The sink wants bytes. */
  resume(): void {
    this.#wanted = true;
    while (this.#wanted && this.#waiting.length > 0) this.#hand(this.#waiting.shift()!);
    this.#finish();
  }

  /** Nobody wants the rest: what came and what will come is thrown away. */
  discard(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drop();
  }

  #drop(): void {
    for (const chunk of this.#waiting) this.#onTaken(costOf(chunk));
    this.#waiting = [];
  }

  #hand(chunk: Uint8Array): void {
    this.#wanted = this.#sink!.push(chunk);
    this.#onTaken(costOf(chunk));
  }

  #finish(): void {
    // Also without a wish for more: a stream may know its end before it is asked to go on.
    if (!this.#ended || this.#closed || this.#waiting.length > 0 || this.#sink === undefined) return;
    this.#closed = true;
    if (this.#error === undefined) this.#sink.end();
    else this.#sink.fail(this.#error);
  }
}

/** A piece much smaller than the chunk it lies in is copied, so that waiting for it does not hold the chunk. */
function detached(chunk: Uint8Array): Uint8Array {
  return chunk.length * 4 < chunk.buffer.byteLength ? Uint8Array.prototype.slice.call(chunk) : chunk;
}
