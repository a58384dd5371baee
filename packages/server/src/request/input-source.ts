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

/** Who fills a body. */
export interface InputOwner {
  /** Told what the application took, or what was thrown away, as {@link costOf} counts it. */
  onTaken(cost: number): void;
}

/**
 * One body (STDIN or DATA) between the connection and the stream that the application reads. Holds what came
 * until there is a sink that wants it; its owner learns what was taken, so that reading can stop.
 */
export class InputSource {
  readonly #owner: InputOwner;
  #waiting: Uint8Array[] | undefined;
  #sink: InputSink | undefined;
  #wanted = false;
  #offering = false;
  #awaited = false;
  #ended = false;
  #closed = false;
  #error: Error | undefined;
  #onEnd: (() => void) | undefined;

  /** @param owner learns what the application took */
  constructor(owner: InputOwner) {
    this.#owner = owner;
  }

  /** Whether the application, or the end of the request, waits for bytes that have not come. */
  get starving(): boolean {
    if (this.#ended) return false;
    return this.#awaited || (this.#wanted && this.#waiting === undefined);
  }

  /** Whether the request has been answered, and ends with this body. */
  get endsRequest(): boolean {
    return this.#awaited;
  }

  /** Whether the end has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes came. */
  receive(chunk: Uint8Array): void {
    if (this.#closed) {
      this.#owner.onTaken(costOf(chunk));
    } else if (this.#wanted && this.#waiting === undefined) {
      this.#hand(chunk);
    } else {
      this.#waiting ??= [];
      this.#waiting.push(detached(chunk));
      if (this.#offering) this.#handOut();
    }
  }

  /** The body is complete. */
  end(): void {
    this.#ended = true;
    this.#finish();
    this.#onEnd?.();
  }

  /** The body will not be complete. What came before is handed out first. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#finish();
    this.#onEnd?.();
  }

  /** The web server has gone: a body that is not complete fails at once, a complete one stays readable. */
  abort(error: Error): void {
    if (this.#ended) return;
    this.#drop();
    this.fail(error);
  }

  /** Sets who takes the bytes; it gets none before {@link resume} or {@link offer}. */
  attach(sink: InputSink): void {
    this.#sink = sink;
  }

  /** The sink wants bytes. */
  resume(): void {
    this.#wanted = true;
    this.#handOut();
  }

  /** Hands the sink what it has room for, although it has not asked. */
  offer(): void {
    this.#offering = true;
    this.#handOut();
  }

  /** The request ends with this body: nothing else is left to wait for. */
  awaitEnd(): void {
    this.#awaited = true;
  }

  /** Hands the sink all that has come, whether it has room or not: it is kept nowhere else. */
  handOver(): void {
    if (this.#closed) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const chunk of waiting) this.#hand(chunk);
    this.#finish();
  }

  /** The rest is not wanted: what came and what will come is thrown away. */
  discard(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drop();
  }

  /** As {@link discard}; calls `onEnd` when the end has come. */
  drain(onEnd: () => void): void {
    this.discard();
    if (this.#ended) {
      onEnd();
      return;
    }
    this.#awaited = true;
    this.#onEnd = onEnd;
  }

  #drop(): void {
    for (const chunk of this.#waiting ?? []) this.#owner.onTaken(costOf(chunk));
    this.#waiting = undefined;
  }

  #handOut(): void {
    while ((this.#wanted || this.#offering) && this.#waiting !== undefined) {
      const chunk = this.#waiting.shift()!;
      if (this.#waiting.length === 0) this.#waiting = undefined;
      this.#hand(chunk);
    }
    this.#finish();
  }

  #hand(chunk: Uint8Array): void {
    if (!this.#sink!.push(chunk)) {
      this.#wanted = false;
      this.#offering = false;
    }
    this.#owner.onTaken(costOf(chunk));
  }

  #finish(): void {
    // Also without a wish for more: a stream may know its end before it is asked to go on.
    if (!this.#ended || this.#closed || this.#waiting !== undefined || this.#sink === undefined) return;
    this.#closed = true;
    if (this.#error === undefined) this.#sink.end();
    else this.#sink.fail(this.#error);
  }
}

/** A piece much smaller than the chunk it lies in is copied, so that waiting for it does not hold the chunk. */
function detached(chunk: Uint8Array): Uint8Array {
  return chunk.length * 4 < chunk.buffer.byteLength ? copyOf(chunk) : chunk;
}

/** A copy in memory of its own. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}
