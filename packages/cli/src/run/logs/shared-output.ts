import { constants, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Output } from '../../io.ts';
import type { LineSplitter } from './line-splitter.ts';
import { linesIn } from './lines-in.ts';
import type { LogSink } from './log-file.ts';
import { relayLines } from './relay-lines.ts';

/** Milliseconds that nobody may read before lines are dropped. */
const PATIENCE = 1_000;

/**
 * An output of the parent that the lines of all workers go to. Whoever reads it slowly slows the workers down, as a pipe
 * does; whoever does not read it at all stops nobody: then lines are dropped, and counted.
 */
export class SharedOutput implements LogSink {
  readonly #stream: Writable;
  readonly #sources = new Set<Readable>();
  #timer: NodeJS.Timeout | undefined;
  #isStalled = false;
  #isGone = false;
  #lost = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('drain', () => this.#drained());
    stream.on('error', () => {
      this.#isGone = true;
      this.#drained();
    });
  }

  write(lines: string | Uint8Array): void {
    if (this.#isGone) return;
    if (this.#isStalled) {
      this.#lost += linesIn(lines);
      return;
    }
    if (this.#stream.write(lines) || this.#timer !== undefined) return;
    for (const source of this.#sources) source.pause();
    this.#timer = setTimeout(() => {
      this.#isStalled = true;
      for (const source of this.#sources) source.resume();
    }, PATIENCE).unref();
  }

  /** Passes on the lines of a worker. */
  relay(source: Readable, lines: LineSplitter): void {
    this.#sources.add(source);
    relayLines(source, lines, (whole) => this.write(whole));
    source.once('close', () => this.#sources.delete(source));
    if (this.#timer !== undefined && !this.#isStalled) source.pause();
  }

  /** Resolves when what was written has been read, or nobody reads it. */
  async flushed(): Promise<void> {
    if (this.#isGone || this.#isStalled || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#stream.write('', () => resolve());
      setTimeout(resolve, PATIENCE).unref();
    });
  }

  #drained(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isStalled = false;
    for (const source of this.#sources) source.resume();
    if (this.#lost === 0) return;
    const message = `fcgi: output was not read for a while, and ${this.#lost} lines of it are lost\n`;
    this.#lost = 0;
    this.write(message);
  }
}

/**
 * An output of this process that does not wait for whoever reads it. Node's own waits where it is a pipe, and so does
 * everything else in the process.
 */
export function unblocked(stream: Output, fd: 1 | 2): Writable {
  if (stream !== process.stdout && stream !== process.stderr) return stream;
  const stats = fstatSync(fd);
  if (stats.isSocket()) return new Socket({ fd, readable: false, writable: true });
  if (!stats.isFIFO()) return stream;
  try {
    // A description of its own: others that share the pipe go on waiting if they want to.
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    return new Socket({ fd: own, readable: false, writable: true });
  } catch {
    // Somebody else's pipe, or no Linux.
    return stream;
  }
}
