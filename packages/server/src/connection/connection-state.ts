/**
 * The states of one connection of a web server.
 *
 * ```text
 *   fresh ── a request ──→ kept ── a request without FCGI_KEEP_CONN ──→ last
 *     │                     │                                            ↑
 *     └── the server stops ─┴──→ closing ── such a request ──────────────┘
 *
 *   From each of these, our FIN leads to lingering: what still comes is read and thrown away.
 *   From any state, the end of the socket leads to gone.
 * ```
 *
 * A connection in `last` or `closing` ends with its requests; in `last` the web server sends no other one. Whether the web
 * server has closed its side stands beside that.
 *
 * This file owns all these transitions; the connection asks it and acts on the answer.
 */
export type ConnectionPhase = 'closing' | 'fresh' | 'gone' | 'kept' | 'last' | 'lingering';

/** Where one connection stands; see the diagram. */
export class ConnectionState {
  #phase: ConnectionPhase = 'fresh';
  #peer: 'finished' | 'open' = 'open';

  /** Where the connection stands. */
  get phase(): ConnectionPhase {
    return this.#phase;
  }

  /** Whether requests can come and be answered. */
  get isOpen(): boolean {
    return this.#phase !== 'lingering' && this.#phase !== 'gone';
  }

  /** Whether the connection ends with its requests. */
  get endsWithRequests(): boolean {
    return this.#phase === 'last' || this.#phase === 'closing' || this.peerFinished;
  }

  /** Whether the web server has closed its side. */
  get peerFinished(): boolean {
    return this.#peer === 'finished';
  }

  /** A request has come, or something that stands for one. */
  takeRequest(keepConn: boolean): void {
    if (!this.isOpen) return;
    if (!keepConn) this.#phase = 'last';
    else if (this.#phase === 'fresh') this.#phase = 'kept';
  }

  /** The server stops. */
  stop(): void {
    if (this.#phase === 'fresh' || this.#phase === 'kept') this.#phase = 'closing';
  }

  /**
   * Our FIN is about to be sent.
   *
   * @returns false: it has been, or the socket is gone
   */
  finish(): boolean {
    if (!this.isOpen) return false;
    this.#phase = 'lingering';
    return true;
  }

  /** The web server has closed its side. */
  finishPeer(): void {
    this.#peer = 'finished';
  }

  /**
   * The socket is gone.
   *
   * @returns false: it was gone before
   */
  lose(): boolean {
    if (this.#phase === 'gone') return false;
    this.#phase = 'gone';
    return true;
  }
}
