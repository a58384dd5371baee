import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Bytes, join } from 'test-support';
import { type Answer, type ReceivedRecord, show, splitRecords, toAnswer } from './received.ts';
import { Type } from './wire.ts';

/** A web server that does what a test tells it, byte for byte. */
export class Peer {
  /** Every record that has come. */
  readonly records: ReceivedRecord[] = [];
  readonly stream: Duplex;
  /** Bytes that have come. */
  receivedBytes = 0;
  /** Whether the application has sent its FIN. */
  isEnded = false;
  /** Whether the connection is gone, both ways. */
  isClosed = false;
  /** What the connection ended with, if that was an error. */
  error: NodeJS.ErrnoException | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** When each record came, counted in chunks. */
  readonly #chunkOf: number[] = [];
  #chunks = 0;
  #wakers: Array<() => void> = [];

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('end', () => {
      this.isEnded = true;
      this.#wake();
    });
    stream.on('error', (error) => {
      this.error = error;
    });
    stream.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  /** Sends bytes in one write. @returns whether the application takes more */
  send(...parts: Bytes[]): boolean {
    return this.stream.write(join(...parts));
  }

  /** Sends bytes in pieces, each of which can be handled before the next comes. */
  async sendChunks(chunks: Iterable<Uint8Array>): Promise<void> {
    for (const chunk of chunks) {
      await new Promise((resolve) => this.stream.write(chunk, resolve));
    }
  }

  /** Sends the FIN, and goes on reading. */
  finish(): void {
    this.stream.end();
  }

  /** Goes away, both ways. */
  leave(): void {
    this.stream.destroy();
  }

  /** Goes away with a reset, where the transport has such. */
  reset(): void {
    if (this.stream instanceof Socket && this.stream.remoteFamily !== undefined)
      this.stream.resetAndDestroy();
    else this.stream.destroy();
  }

  /** Waits until something is true of what came; fails where the connection ends before. */
  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.isClosed || this.isEnded)
        throw new Error(`The connection ended before ${what}.\n${this.log()}`);
      await this.#change();
    }
  }

  /** Waits for the end of a request: the `nth` one with that ID. */
  async answer(requestId: number, nth = 1): Promise<Answer> {
    await this.until(() => this.ends(requestId) >= nth, `END_REQUEST ${nth} of request ${requestId}`);
    return this.answers(requestId)[nth - 1]!;
  }

  /** How many END_REQUEST records have come for an ID. */
  ends(requestId: number): number {
    return this.#of(requestId).filter(({ type }) => type === Type.end).length;
  }

  /** What has come for an ID, one answer for each END_REQUEST; what is not ended is the last one. */
  answers(requestId: number): Answer[] {
    const groups: ReceivedRecord[][] = [[]];
    for (const each of this.#of(requestId)) {
      groups.at(-1)!.push(each);
      if (each.type === Type.end) groups.push([]);
    }
    return groups.filter((group) => group.length > 0).map(toAnswer);
  }

  /** STDOUT of an ID so far, of all its requests. */
  stdout(requestId: number): string {
    return toAnswer(this.#of(requestId)).stdout;
  }

  /** Waits until the application has sent its FIN, or more. */
  async ended(): Promise<void> {
    while (!(this.isEnded || this.isClosed)) await this.#change();
  }

  /** Waits until the connection is gone. */
  async closed(): Promise<void> {
    while (!this.isClosed) await this.#change();
  }

  /** The records that came in one chunk, for each chunk in which a record ended. */
  recordsByChunk(): string[][] {
    const chunks = [...new Set(this.#chunkOf)];
    return chunks.map((chunk) => this.records.filter((_, index) => this.#chunkOf[index] === chunk).map(show));
  }

  /** Everything that came, a record a line. */
  log(): string {
    return this.records.map(show).join('\n');
  }

  /** Bytes after the last whole record. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  #of(requestId: number): ReceivedRecord[] {
    return this.records.filter((each) => each.requestId === requestId);
  }

  #receive(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    this.#chunks += 1;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const { length, records } = splitRecords(bytes);
    this.#rest = bytes.subarray(length);
    this.records.push(...records);
    for (const _ of records) this.#chunkOf.push(this.#chunks);
    this.#wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #wake(): void {
    for (const waker of this.#wakers.splice(0)) waker();
  }
}
