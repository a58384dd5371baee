/**
 * The states of one request, as far as the web server's records drive them (FastCGI 1.0 §3.3, §5, §6).
 *
 * ```text
 *   BEGIN_REQUEST
 *        ↓
 *     Params ── empty PARAMS ──┬─ Responder, Filter ───────────→ Stdin ──┬─ Responder ──→ Received
 *                              └─ Authorizer (it has no body) ─→ Received └─ Filter ─→ Data ─→ Received
 *
 *   Stdin ends with the empty STDIN record or with the last byte of CONTENT_LENGTH,
 *   Data with the empty DATA record or with the last byte of FCGI_DATA_LENGTH.
 *   From any state, END_REQUEST leads to Ended: the ID is free, and later records of it are discarded.
 * ```
 *
 * This file owns all these transitions; the multiplexer asks it and acts on the answer.
 */

import { Role } from '@fcgi-js/protocol';
import { ParamsCollector } from './params-collector.ts';

/** Where a request stands; see the diagram. Numbers, because they are compared for every record. */
export const Phase = {
  Params: 0,
  Stdin: 1,
  Data: 2,
  Received: 3,
  Ended: 4,
} as const;

/** One value of {@link Phase}. */
export type Phase = (typeof Phase)[keyof typeof Phase];

/** A length that is not known beforehand: the end of the stream decides. */
export const UNKNOWN_LENGTH = -1;

/** One request on a connection, from BEGIN_REQUEST to END_REQUEST. */
export class RequestState<Owner> {
  readonly requestId: number;
  readonly role: number;
  readonly keepConn: boolean;
  readonly collector = new ParamsCollector();
  /** What the connection keeps for this request; absent until the params are complete. */
  owner: Owner | undefined;
  /** Bytes of bodies that the application has not taken; kept by the input budget. */
  buffered = 0;
  /** Whether the application has left too much; kept by the input budget. */
  full = false;
  /** When the request began, in the clock of the connection. */
  readonly began: number;
  /** When the request began or its last byte came, in the same clock. */
  lastInput: number;
  /** Whether its client has gone, of which the application has been told; kept by the multiplexer. */
  clientLeft = false;
  /** Whether more of a body came than was announced. */
  hasSurplus = false;
  #cameWhole = false;
  #phase: Phase = Phase.Params;
  #left = UNKNOWN_LENGTH;
  #dataLength = UNKNOWN_LENGTH;
  #bodyBytes = 0;

  constructor(requestId: number, role: number, keepConn: boolean, now: number) {
    this.requestId = requestId;
    this.role = role;
    this.keepConn = keepConn;
    this.began = now;
    this.lastInput = now;
  }

  /** Where the request stands. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Whether DATA comes after STDIN. */
  get expectsData(): boolean {
    return this.role === Role.Filter;
  }

  /** Whether bytes of a body may still come. */
  get receiving(): boolean {
    return this.#phase === Phase.Stdin || this.#phase === Phase.Data;
  }

  /** Bytes that the current body still lacks by its announced length; 0 where none was announced. */
  get missing(): number {
    return Math.max(this.#left, 0);
  }

  /** Whether all that was announced of the current body is there. */
  get bodyComplete(): boolean {
    return this.#left === 0;
  }

  /**
   * The params are complete.
   *
   * @param contentLength CONTENT_LENGTH, or {@link UNKNOWN_LENGTH}
   * @param dataLength FCGI_DATA_LENGTH, or {@link UNKNOWN_LENGTH}
   */
  endParams(contentLength: number, dataLength: number): void {
    if (this.role === Role.Authorizer) {
      // §6.3: an authorizer gets no body. Apache sends not even the empty STDIN record.
      this.#phase = Phase.Received;
      return;
    }
    this.#left = contentLength;
    this.#dataLength = dataLength;
    this.#phase = Phase.Stdin;
  }

  /**
   * Where a stream that is not due stands: before it is (`'early'`), after it was (`'late'`), or nowhere, because the role
   * does not have it (`'none'`).
   */
  placeOf(stream: 'data' | 'stdin'): 'early' | 'late' | 'none' {
    if (this.role === Role.Authorizer || (stream === 'data' && !this.expectsData)) return 'none';
    const phase = stream === 'stdin' ? Phase.Stdin : Phase.Data;
    return this.#phase < phase ? 'early' : 'late';
  }

  /** Bytes of the current body so far. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** How many of the next `length` bytes belong to the current body; the rest lies beyond its announced length. */
  accept(length: number): number {
    const accepted = this.#left === UNKNOWN_LENGTH ? length : Math.min(length, this.#left);
    if (this.#left !== UNKNOWN_LENGTH) this.#left -= accepted;
    this.#bodyBytes += accepted;
    return accepted;
  }

  /** Whether the record that ends the last of its streams has come: nothing of it follows. */
  get cameWhole(): boolean {
    return this.#cameWhole;
  }

  /** The record that ends a body has come, be it due or late. */
  streamEnded(stream: 'data' | 'stdin'): void {
    if (stream === 'data' || !this.expectsData) this.#cameWhole = true;
  }

  /** The current body has ended. */
  endBody(): void {
    if (this.#phase === Phase.Stdin && this.role === Role.Filter) {
      this.#phase = Phase.Data;
      this.#left = this.#dataLength;
      this.#bodyBytes = 0;
    } else {
      this.#phase = Phase.Received;
    }
  }

  /** No more of any body is wanted. */
  stopBody(): void {
    this.#phase = Phase.Received;
  }

  /** END_REQUEST is about to be written. */
  end(): void {
    this.#phase = Phase.Ended;
  }
}
