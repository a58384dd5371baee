import type { RequestState } from './request-state.ts';

/** What a waiting piece occupies beside its bytes, in bytes; a peer may send one byte a record. */
const PIECE_COST = 128;

/** What a waiting piece counts for: its bytes and what it occupies beside them. */
export function costOf(piece: Uint8Array): number {
  return piece.length + PIECE_COST;
}

/**
 * Decides when a connection stops being read, because applications have not taken the bodies that came.
 *
 * One connection carries many requests and can only be stopped as a whole. So a request that is full (holds
 * its limit) does not stop the connection while another one could still take something; only when all that
 * are receiving are full, or all together hold the limit of the connection, reading stops. What was full
 * counts as such until it holds half as much, so that reading does not flicker.
 */
export class InputBudget<Owner> {
  readonly #requestLimit: number;
  readonly #connectionLimit: number;
  #buffered = 0;
  #receiving = 0;
  #full = 0;
  #overflowing = false;

  constructor(requestLimit: number, connectionLimit: number) {
    this.#requestLimit = requestLimit;
    this.#connectionLimit = connectionLimit;
  }

  /** Whether the connection must not be read now. */
  get stopped(): boolean {
    return this.#overflowing || (this.#receiving > 0 && this.#full === this.#receiving);
  }

  /** A request begins to receive a body. */
  open(): void {
    this.#receiving += 1;
  }

  /** A request receives no more: its body is complete, or it has ended. What it holds stays counted. */
  close(state: RequestState<Owner>): void {
    this.#receiving -= 1;
    if (state.full) this.#full -= 1;
    state.full = false;
  }

  /** A piece of a body came, for a request that receives. */
  add(state: RequestState<Owner>, piece: Uint8Array): void {
    const cost = costOf(piece);
    state.buffered += cost;
    this.#buffered += cost;
    if (!state.full && state.buffered >= this.#requestLimit) {
      state.full = true;
      this.#full += 1;
    }
    if (this.#buffered >= this.#connectionLimit) this.#overflowing = true;
  }

  /** The application took what counts for `cost`, or it was thrown away. */
  take(state: RequestState<Owner>, cost: number): void {
    state.buffered -= cost;
    this.#buffered -= cost;
    if (state.full && state.buffered <= this.#requestLimit / 2) {
      state.full = false;
      this.#full -= 1;
    }
    if (this.#buffered <= this.#connectionLimit / 2) this.#overflowing = false;
  }
}
