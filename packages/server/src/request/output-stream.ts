import { Writable } from 'node:stream';
import { isByteText } from './byte-text.ts';
import type { ResponseHeadGate } from './head-gate.ts';
import type { OutputObserver, RequestOutput } from './request-output.ts';

const NOT_A_BYTE = /[^\0-\xff]/;

/** STDOUT of a request as a Node stream, for handlers that write the CGI response themselves. */
export class StdoutStream extends Writable implements OutputObserver {
  readonly #output: RequestOutput;
  readonly #gate: ResponseHeadGate;
  #waiting: (() => void) | undefined;

  constructor(output: RequestOutput, gate: ResponseHeadGate) {
    super({ decodeStrings: false });
    this.#output = output;
    this.#gate = gate;
    output.observer = this;
  }

  /** Whether it was ended, and all of it has been handed over; `finish` may not have been emitted yet. */
  get complete(): boolean {
    return (
      this.writableFinished || (this.writableEnded && this.writableLength === 0 && this.errored === null)
    );
  }

  drained(): void {
    const callback = this.#waiting;
    this.#waiting = undefined;
    callback?.();
  }

  override _write(
    chunk: string | Buffer,
    encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    // Latin-1 cuts U+010A to a line end: the gate has to see what is sent. In UTF-8 there is nothing to cut.
    const isBytes =
      typeof chunk !== 'string' ||
      (isByteText(chunk, encoding) && (encoding === 'utf8' || !NOT_A_BYTE.test(chunk)));
    const passed = this.#gate.pass(isBytes ? chunk : Buffer.from(chunk, encoding));
    if (passed === undefined || this.#output.write(passed, 'latin1') || this.#output.closed) {
      callback();
    } else {
      this.#waiting = callback;
    }
  }
}

const NEWLINE = 0x0a;

/**
 * STDERR of a request as a Node stream. Sends whole lines, each chunk's lines in one record, because web
 * servers log a record as one entry.
 */
export class StderrStream extends Writable implements OutputObserver {
  readonly #output: RequestOutput;
  #waiting: (() => void) | undefined;
  #released = false;
  #partial: Buffer[] = [];
  #partialBytes = 0;

  constructor(output: RequestOutput) {
    super({ decodeStrings: true });
    this.#output = output;
    output.stderrObserver = this;
  }

  /** Sends everything that was written, also of a line that has no end yet: the request is about to end. */
  release(): void {
    this.#released = true;
    // What was held back is written within this call.
    this.drained();
    this.#flushLine();
  }

  drained(): void {
    const callback = this.#waiting;
    this.#waiting = undefined;
    callback?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    let flowing = true;
    if (end > 0) {
      this.#hold(chunk.subarray(0, end));
      flowing = this.#flushLine();
    }
    this.#hold(chunk.subarray(end));
    // A line this long will be cut by every log anyway.
    if (this.#partialBytes > 65_536) flowing = this.#flushLine();
    if (flowing || this.#released) callback();
    else this.#waiting = callback;
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#flushLine();
    callback();
  }

  /** @returns false: the web server should catch up before more is written */
  #flushLine(): boolean {
    if (this.#partialBytes === 0) return true;
    const flowing = this.#output.writeStderr(Buffer.concat(this.#partial));
    this.#partial = [];
    this.#partialBytes = 0;
    return flowing;
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#partial.push(bytes);
    this.#partialBytes += bytes.length;
  }
}
