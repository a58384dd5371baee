import {
  encodeStream,
  encodeStreamEnd,
  ProtocolStatus,
  RecordType,
  STREAM_RECORD_CONTENT_LIMIT,
} from '@fcgi-js/protocol';
import type { ConnectionWriter, WriterOutput } from '../connection/connection-writer.ts';
import type { RequestState } from '../engine/request-state.ts';
import { ResponseMeter } from './response-meter.ts';
import { encodeEnd, StdoutParts } from './stdout-records.ts';

/** From here on, output is written without waiting for more to go with it, in bytes: it fills a record. */
const FLUSH_BYTES = STREAM_RECORD_CONTENT_LIMIT;

/** Who writes to an output. */
export interface OutputObserver {
  /** The web server has caught up, or is not there any more. */
  drained(): void;
}

/** The connection of an output, as far as the output needs it. */
export interface OutputHost {
  readonly writer: Pick<ConnectionWriter, 'awaitDrain' | 'congested' | 'flushSoon' | 'write'>;
  /** The request ends: its ID is free from now on. Called before END_REQUEST is written. */
  requestEnding(state: RequestState<unknown>): void;
  /** END_REQUEST has been handed to the connection. */
  requestEnded(): void;
}

/**
 * The STDOUT, STDERR and END_REQUEST of one request; the one place that knows what has been sent.
 *
 * ```text
 *   STDOUT: empty ── write() ──→ given ── flush() ──→ sent        STDERR: unused ── writeStderr() ──→ used
 *                                                                          └── probe() ──→ ended
 *   From any state, end(), close() and abandon() lead to closed: what has been given or sent stays so, and nothing follows.
 * ```
 */
export class RequestOutput implements WriterOutput {
  /** Told when the web server has caught up after {@link write} returned false. */
  observer: OutputObserver | undefined;
  /** Told when the web server has caught up after {@link writeStderr} returned false. */
  stderrObserver: OutputObserver | undefined;
  /** Bytes of STDOUT that were given, sent or not. */
  written = 0;
  #meter: ResponseMeter | undefined;
  readonly #host: OutputHost;
  readonly #state: RequestState<unknown>;
  readonly #stdout = new StdoutParts();
  #callbacks: Array<() => void> | undefined;
  #awaitingDrain = false;
  #awaitingFlush = false;
  #progress: 'empty' | 'given' | 'sent' = 'empty';
  #closed = false;
  /** `'ended'`: its end has been sent, and nothing of it may follow. */
  #stderr: 'ended' | 'unused' | 'used' = 'unused';

  constructor(state: RequestState<unknown>, host: OutputHost) {
    this.#state = state;
    this.#host = host;
  }

  /** What was sent, if {@link measure} was called. */
  get meter(): ResponseMeter | undefined {
    return this.#meter;
  }

  /** Counts from now on what is sent. */
  measure(): void {
    this.#meter = new ResponseMeter();
  }

  /** Whether any STDOUT was given, sent or not. */
  get started(): boolean {
    return this.#progress !== 'empty';
  }

  /** Whether any STDOUT has been handed to the connection, so that it cannot be taken back. */
  get sent(): boolean {
    return this.#progress === 'sent';
  }

  /** Whether nothing can be written any more: the request has ended, was aborted or lost its connection. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether something waits for {@link flush}. */
  get awaitsFlush(): boolean {
    return this.#awaitingFlush;
  }

  /** Whether the observer will be told that the web server has caught up. */
  get congested(): boolean {
    return this.#host.writer.congested;
  }

  /**
   * Adds to STDOUT. What is written in one go, together with the end of the request, leaves in one write.
   *
   * @param callback called when the bytes have left, or never will
   * @returns false: wait for `drained()` of the observer before writing more
   */
  write(chunk: string | Uint8Array, encoding: BufferEncoding = 'utf8', callback?: () => void): boolean {
    if (this.#closed) {
      if (callback !== undefined) process.nextTick(callback);
      return false;
    }
    const before = this.#stdout.bytes;
    this.#stdout.add(chunk, encoding);
    const added = this.#stdout.bytes - before;
    this.written += added;
    this.#meter?.add(chunk, added);
    if (this.#progress === 'empty' && this.#stdout.bytes > 0) this.#progress = 'given';
    if (callback !== undefined) {
      this.#callbacks ??= [];
      this.#callbacks.push(callback);
    }
    if (this.#stdout.bytes >= FLUSH_BYTES) {
      this.flush();
    } else if (!this.#awaitingFlush) {
      this.#awaitingFlush = true;
      this.#host.writer.flushSoon(this);
    }
    return this.#flows();
  }

  /** The web server has caught up, or is not there any more. */
  drained(): void {
    this.#awaitingDrain = false;
    this.observer?.drained();
    this.stderrObserver?.drained();
  }

  /** Writes what {@link write} has gathered. */
  flush(): void {
    this.#awaitingFlush = false;
    if (this.#closed) return;
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    if (this.#stdout.bytes > 0) {
      this.#progress = 'sent';
      this.#host.writer.write(this.#stdout.take(this.#state.requestId, ''), joined(callbacks));
    } else if (callbacks !== undefined) {
      process.nextTick(joined(callbacks)!);
    }
  }

  /**
   * Sends bytes of STDERR, for the web server's error log.
   *
   * @returns false: wait for `drained()` of the observer before writing more
   */
  writeStderr(bytes: Uint8Array): boolean {
    if (this.#closed || this.#stderr === 'ended' || bytes.length === 0) return true;
    this.#stderr = 'used';
    this.#host.writer.write([encodeStream(RecordType.Stderr, this.#state.requestId, bytes)]);
    return this.#flows();
  }

  /**
   * Sends bytes that mean nothing: the end of a STDERR that was not used (§6.1). They are answered with a reset where
   * the web server has closed the connection. Text for STDERR is dropped from then on.
   *
   * @returns whether they were sent
   */
  probe(): boolean {
    if (this.#closed || this.#stderr !== 'unused') return false;
    this.#stderr = 'ended';
    this.#host.writer.write([encodeStreamEnd(RecordType.Stderr, this.#state.requestId)]);
    return true;
  }

  /**
   * Ends the request, with all that is still to be written in the same write.
   *
   * @param appStatus 0 to 2^32 - 1
   */
  end(appStatus: number, protocolStatus: number = ProtocolStatus.RequestComplete): void {
    if (this.#closed) return;
    this.#host.requestEnding(this.#state);
    const tail = encodeEnd(this.#state.requestId, {
      appStatus,
      protocolStatus,
      stderrUsed: this.#stderr === 'used',
    });
    const records = this.#stdout.take(this.#state.requestId, tail);
    const callbacks = this.#callbacks;
    this.close();
    this.#host.writer.write(records, joined(callbacks));
    this.#host.requestEnded();
    this.#releaseWaiting();
  }

  /** Takes back what was given and has not been {@link sent}. */
  withdraw(): void {
    this.#stdout.clear();
    this.#meter?.reset();
  }

  /** Nothing more can be written: what was gathered is dropped. */
  close(): void {
    this.#closed = true;
    this.#callbacks = undefined;
  }

  /** Nothing more can be written, and no later event will say so: calls all callbacks that wait. */
  abandon(): void {
    const callbacks = this.#callbacks;
    this.close();
    if (callbacks !== undefined) process.nextTick(joined(callbacks)!);
    this.#releaseWaiting();
  }

  /** @returns whether more can be written now */
  #flows(): boolean {
    if (!this.#host.writer.congested) return true;
    this.#awaitingDrain = true;
    this.#host.writer.awaitDrain(this);
    return false;
  }

  #releaseWaiting(): void {
    if (this.#awaitingDrain) process.nextTick(() => this.drained());
  }
}

function joined(callbacks: ReadonlyArray<() => void> | undefined): (() => void) | undefined {
  if (callbacks === undefined) return undefined;
  if (callbacks.length === 1) return callbacks[0];
  return () => {
    for (const callback of callbacks) callback();
  };
}
