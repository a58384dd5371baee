import type { ResolvedLimits } from '../limits.ts';

/** How long a connection counts as in use, in milliseconds: its next request may be under way. */
const USE_TIME = 1_000;

/** A connection that is closed waits this many times its limit in all, however much still comes. */
const LINGERING_TIMES = 15;

/** What the time-outs of a connection depend on. */
export interface ConnectionSituation {
  /** Whether a request is active. */
  readonly busy: boolean;
  /** Whether we have sent our FIN. */
  readonly finished: boolean;
  /** Whether what came ends in the middle of a record. */
  readonly midRecord: boolean;
  /** Bytes that the web server has taken. */
  readonly sent: number;
  /** Bytes that wait to be sent. */
  readonly unsent: number;
}

/**
 * Which time-out of a connection has passed: `'half-closed'`: the peer is gone, `'idle'`: close gracefully, `'incomplete'` never became a request,
 * `'stalled'` does not read, `'lingered'` does not close.
 */
export type ExpiredTimeout = 'half-closed' | 'idle' | 'incomplete' | 'lingered' | 'stalled';

/** The waits of one connection, each of which has an end. */
export class ConnectionTimeouts {
  /** Bytes that came after our FIN. */
  #lingered = 0;
  #lingeredAt = 0;
  readonly #limits: ResolvedLimits;
  #idleSince: number;
  #partialSince: number | undefined;
  /** When the web server closed its side or last took a byte after that. */
  #halfClosedAt: number | undefined;
  #finishedAt = 0;
  #sent = 0;
  #sentAt: number;

  constructor(limits: ResolvedLimits, now: number) {
    this.#limits = limits;
    this.#idleSince = now;
    this.#sentAt = now;
  }

  /** Whether it was opened or brought a request only just now, and may be about to bring one. */
  inUse(now: number): boolean {
    return now - this.#idleSince < USE_TIME;
  }

  /** Bytes came. */
  received(now: number): void {
    this.#partialSince ??= now;
  }

  /** A request ended. */
  requestEnded(now: number): void {
    this.#idleSince = now;
  }

  /** The web server has closed its side. */
  peerFinished(now: number): void {
    this.#halfClosedAt = now;
  }

  /** We have sent our FIN. */
  finished(now: number): void {
    this.#finishedAt = now;
    this.#lingeredAt = now;
  }

  /**
   * Bytes came after our FIN.
   *
   * @returns whether they are too many
   */
  linger(now: number, bytes: number): boolean {
    this.#lingered += bytes;
    this.#lingeredAt = now;
    return this.#lingered > this.#limits.discardBytes;
  }

  /** The time-out that has passed, if one has. */
  expired(now: number, situation: ConnectionSituation): ExpiredTimeout | undefined {
    const { halfClosedTimeout, idleTimeout, incompleteRequestTimeout, lingerTimeout, writeStallTimeout } =
      this.#limits;
    if (situation.sent !== this.#sent && this.#halfClosedAt !== undefined) this.#halfClosedAt = now;
    if (situation.unsent === 0 || situation.sent !== this.#sent) {
      this.#sent = situation.sent;
      this.#sentAt = now;
    } else if (now - this.#sentAt >= writeStallTimeout) {
      return 'stalled';
    }
    // The time to linger begins when everything has been sent.
    if (situation.unsent > 0) {
      this.#finishedAt = now;
      this.#lingeredAt = now;
    }
    if (situation.finished) {
      const lingered =
        now - this.#lingeredAt >= lingerTimeout || now - this.#finishedAt >= LINGERING_TIMES * lingerTimeout;
      return lingered ? 'lingered' : undefined;
    }
    if (situation.busy) {
      this.#partialSince = undefined;
      return now - (this.#halfClosedAt ?? now) >= halfClosedTimeout ? 'half-closed' : undefined;
    }
    if (!situation.midRecord) this.#partialSince = undefined;
    else if (this.#partialSince !== undefined && now - this.#partialSince >= incompleteRequestTimeout) {
      return 'incomplete';
    }
    return now - this.#idleSince >= idleTimeout ? 'idle' : undefined;
  }
}
