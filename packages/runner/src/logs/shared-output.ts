import { constants, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Output } from '../io.ts';
import type { LineSplitter } from './line-splitter.ts';
import { linesIn } from './lines-in.ts';
import type { LogSink } from './log-file.ts';
import { relayLines } from './relay-lines.ts';

/** Milliseconds without reading after which lines are dropped. */
const PATIENCE = 1_000;

/**
 * An output of a runner, which the lines of all its workers go to. A slow reader slows the workers down, as with a pipe
 * does; a reader that has stopped does not stop them, and neither does a full disk: then lines are dropped, and counted.
 *
 *            write() is false            a second later
 *   flowing ──────────────────▶ slow ──────────────────▶ stalled
 *      ▲                          │                          │
 *      └── drained, or it failed ─┴──────────────────────────┘      any ── destroyed ──▶ gone
 */
export class SharedOutput implements LogSink {
  readonly #stream: Writable;
  readonly #sources = new Set<Readable>();
  #state: 'flowing' | 'gone' | 'slow' | 'stalled' = 'flowing';
  #timer: NodeJS.Timeout | undefined;
  #lost = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('drain', () => this.#flow());
    stream.on('error', () => {
      // A file or a terminal stays, and the next write may succeed.
      if (!stream.destroyed) return;
      this.#resume();
      this.#state = 'gone';
    });
  }

  write(lines: string | Uint8Array): void {
    if (this.#state === 'gone') return;
    if (this.#state === 'stalled') {
      this.#lost += linesIn(lines);
      return;
    }
    const isTaken = this.#stream.write(lines, (error) => this.#written(lines, error));
    if (isTaken || this.#state === 'slow') return;
    this.#state = 'slow';
    for (const source of this.#sources) source.pause();
    this.#timer = setTimeout(() => {
      this.#state = 'stalled';
      for (const source of this.#sources) source.resume();
    }, PATIENCE).unref();
  }

  /** Passes on the lines of a worker. */
  relay(source: Readable, lines: LineSplitter): void {
    this.#sources.add(source);
    relayLines(source, lines, (whole) => this.write(whole));
    source.once('close', () => this.#sources.delete(source));
    if (this.#state === 'slow') source.pause();
  }

  /** Resolves when what was written has been read, or the reader has gone. */
  async flushed(): Promise<void> {
    const isReading = this.#state === 'flowing' || this.#state === 'slow';
    if (!isReading || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#stream.write('', () => resolve());
      setTimeout(resolve, PATIENCE).unref();
    });
  }

  #written(lines: string | Uint8Array, error: Error | null | undefined): void {
    if (error != null) {
      this.#lost += linesIn(lines);
      // No `drain` follows.
      if (this.#state !== 'gone' && this.#stream.writableLength === 0) this.#resume();
    } else if (this.#state === 'flowing') this.#tellLoss();
  }

  #flow(): void {
    this.#resume();
    this.#tellLoss();
  }

  #resume(): void {
    clearTimeout(this.#timer);
    this.#state = 'flowing';
    for (const source of this.#sources) source.resume();
  }

  #tellLoss(): void {
    if (this.#lost === 0) return;
    const message = `fcgi: output could not be written for a while, and ${this.#lost} lines of it are lost\n`;
    this.#lost = 0;
    this.write(message);
  }
}

/**
 * An output of this process that does not wait for its reader. Node's own waits where it is a pipe, and so does
 * everything else in the process.
 */
export function unblocked(stream: Output, fd: 1 | 2): Writable {
  if (stream !== process.stdout && stream !== process.stderr) return stream;
  const stats = fstatSync(fd, { bigint: true });
  if (stats.isSocket()) return new Socket({ fd, readable: false, writable: true });
  if (!stats.isFIFO()) return stream;
  try {
    // A description of its own: others that share the pipe go on waiting if they want to.
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    return new Socket({ fd: own, readable: false, writable: true });
  } catch {
    // Another user's pipe, or no Linux.
    return stream;
  }
}
