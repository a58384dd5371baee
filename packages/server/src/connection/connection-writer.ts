import type { Duplex } from 'node:stream';
import { probePeer } from '../listen/peer-probe.ts';
import type { RecordBytes } from '../request/stdout-records.ts';
import { writeDirectly, writesDirectly } from './direct-writes.ts';

/** Answers to management records that the web server does not read stop the reading above this many bytes. */
const REPLY_BYTES = 65_536;

/**
 * A record of version 0, sent before a connection is closed in the middle of a response. A bare close passes for
 * the end of the response with nginx; after this, nginx, Apache, HAProxy and a streaming lighttpd break it off.
 * Caddy, h2o and a lighttpd that collects responses, or gets all of one at once, cannot be told by anything but a
 * Content-Length.
 */
const POISON = new Uint8Array(8);

/** An output that writes here. */
export interface WriterOutput {
  /** Whether something of it waits for {@link flush}. */
  readonly awaitsFlush: boolean;
  /** The web server has caught up, or is not there any more. */
  drained(): void;
  /** Writes what it has gathered. */
  flush(): void;
}

/** Who has a writer. */
export interface WriterOwner {
  /** The web server has taken all that was written. */
  drained(): void;
  /** What was written could not be sent. */
  failed(error: Error): void;
}

/** The sending half of a connection: writes records with as few system calls as it can. */
export class ConnectionWriter {
  readonly #socket: Duplex;
  readonly #owner: WriterOwner;
  /** Lists only where there is something in them: most connections are idle most of the time. */
  #unflushed: WriterOutput[] | undefined;
  /** How many of {@link #unflushed} may have something to flush: they have not ended since. */
  #flushing = 0;
  #awaitingDrain: Set<WriterOutput> | undefined;
  #receiving = false;
  #flushScheduled = false;
  #congested = false;
  /** `drain` is listened to. */
  #draining = false;
  #closed = false;
  #written = 0;
  #repliesWritten = 0;
  /** Whether {@link writeDirectly} can be used. */
  readonly #direct: boolean;
  /** Bytes that were written directly and that the system has not taken. */
  #pending = 0;

  constructor(socket: Duplex, owner: WriterOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#direct = writesDirectly(socket);
  }

  /** Whether the web server takes bytes slower than they come. */
  get congested(): boolean {
    return this.#congested;
  }

  /** Whether received bytes are being handled. */
  get receiving(): boolean {
    return this.#receiving;
  }

  /** Bytes that the web server has taken. */
  get sent(): number {
    return this.#written - this.unsent;
  }

  /** Bytes that wait to be sent. */
  get unsent(): number {
    return this.#pending + this.#socket.writableLength;
  }

  /** Whether all that was written lies with the system, which sends it although the socket is closed. */
  get handedOver(): boolean {
    return this.#direct && this.unsent === 0;
  }

  /** Whether replies have piled up that the web server does not read. */
  get repliesUnread(): boolean {
    return this.#congested && this.#repliesWritten > REPLY_BYTES;
  }

  /** Writes records at once. `callback` is called when they have left, or never will. */
  write(records: readonly RecordBytes[], callback?: () => void): void {
    if (this.#closed) {
      if (callback !== undefined) process.nextTick(callback);
      return;
    }
    let bytes = 0;
    for (let i = 0; i < records.length; i += 1) bytes += records[i]!.length;
    this.#written += bytes;
    // More than that counts as congestion until the next tick, as with every stream: applications get a `drain`.
    const isSmall = bytes < this.#socket.writableHighWaterMark;
    if (this.#direct && isSmall && this.unsent === 0 && this.#socket.writable) {
      this.#writeDirectly(records, bytes, callback);
    } else {
      this.#writeBehind(records, callback);
    }
  }

  /** Writes where nothing waits to be sent. */
  #writeDirectly(records: readonly RecordBytes[], bytes: number, callback: (() => void) | undefined): void {
    let returned = false;
    this.#pending = bytes;
    writeDirectly(this.#socket, records, (error) => {
      this.#pending = 0;
      if (callback !== undefined) {
        if (returned) callback();
        else process.nextTick(callback);
      }
      if (error) this.#owner.failed(error);
    });
    returned = true;
    this.#congested = false;
  }

  /** Writes behind what waits. */
  #writeBehind(records: readonly RecordBytes[], callback: (() => void) | undefined): void {
    const socket = this.#socket;
    const last = records.length - 1;
    // One system call for all of them.
    if (last > 0) socket.cork();
    for (let i = 0; i < last; i += 1) socket.write(records[i]!, 'latin1');
    const flowing = socket.write(records[last]!, 'latin1', callback);
    if (last > 0) socket.uncork();
    this.#congested = !flowing;
    if (flowing || this.#draining) return;
    // Most connections never need it.
    this.#draining = true;
    socket.once('drain', () => this.#drained());
  }

  /** Writes bytes that no application made, and so no application can stop making. */
  reply(bytes: Uint8Array): void {
    if (this.unsent === 0) this.#repliesWritten = 0;
    this.#repliesWritten += bytes.length;
    this.write([bytes]);
  }

  /** Makes the web server notice that a response ends before it is complete. */
  poison(): void {
    this.write([POISON]);
  }

  /** Flushes an output before the event loop goes on, so that what is written until then leaves together. */
  flushSoon(output: WriterOutput): void {
    this.#flushing += 1;
    if (this.#unflushed === undefined) this.#unflushed = [output];
    else this.#unflushed.push(output);
    if (!this.#receiving) this.#scheduleFlush();
  }

  /** Received bytes are about to be handled: most of what is written meanwhile ends before that is over. */
  startReceiving(): void {
    this.#receiving = true;
  }

  /** Received bytes have been handled. */
  stopReceiving(): void {
    this.#receiving = false;
    if (this.#unflushed !== undefined) this.#scheduleFlush();
  }

  /** Tells the observer of `output` when the web server has caught up. */
  awaitDrain(output: WriterOutput): void {
    this.#awaitingDrain ??= new Set();
    this.#awaitingDrain.add(output);
  }

  /** Forgets an output that has ended. */
  release(output: WriterOutput): void {
    if (output.awaitsFlush) {
      this.#flushing -= 1;
      // Nearly every response ends before it would be flushed.
      if (this.#flushing === 0) this.#unflushed = undefined;
    }
    if (this.#awaitingDrain?.delete(output) && this.#awaitingDrain.size === 0)
      this.#awaitingDrain = undefined;
  }

  #drained(): void {
    this.#draining = false;
    this.#congested = false;
    const waiting = this.#awaitingDrain ?? [];
    this.#awaitingDrain = undefined;
    for (const output of waiting) output.drained();
    this.#owner.drained();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      const waiting = this.#unflushed ?? [];
      this.#unflushed = undefined;
      this.#flushing = 0;
      for (const output of waiting) output.flush();
    });
  }

  /** Loses the connection if the web server, whose FIN has come, has gone. */
  probe(): void {
    if (!this.#closed) probePeer(this.#socket);
  }

  /** Sends our FIN after what waits to be sent. */
  end(): void {
    this.#closed = true;
    this.#socket.end();
  }

  /** Nothing can be sent any more. */
  close(): void {
    this.#closed = true;
  }
}
