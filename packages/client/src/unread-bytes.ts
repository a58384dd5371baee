/** Above these a connection is not read; see `ClientLimits`. */
export interface UnreadLimits {
  /** Of one request. */
  readonly requestBufferBytes: number;
  /** Of all requests of a connection. */
  readonly connectionBufferBytes: number;
}

/**
 * What the requests of one connection have received and their readers have not taken yet. FastCGI has no flow
 * control for a single request, so a connection is read or not read as a whole:
 *
 * - As long as one of its requests has room, it is read, so that one unread body does not stop the others.
 * - It is not read while all are full, or while all together have reached the limit of the connection.
 *
 * Of each limit half must be taken before it counts as free again; otherwise every byte taken would start and
 * stop the connection.
 */
export class UnreadBytes {
  readonly #limits: UnreadLimits;
  readonly #byRequest = new Map<number, number>();
  readonly #full = new Set<number>();
  #isOverfull = false;
  #total = 0;

  constructor(limits: UnreadLimits) {
    this.#limits = limits;
  }

  /** A request has as many bytes that its reader has not taken. */
  set(requestId: number, bytes: number): void {
    this.#total += bytes - (this.#byRequest.get(requestId) ?? 0);
    if (bytes === 0) this.#byRequest.delete(requestId);
    else this.#byRequest.set(requestId, bytes);
    const { requestBufferBytes, connectionBufferBytes } = this.#limits;
    if (isAbove(bytes, requestBufferBytes, this.#full.has(requestId))) this.#full.add(requestId);
    else this.#full.delete(requestId);
    this.#isOverfull = isAbove(this.#total, connectionBufferBytes, this.#isOverfull);
  }

  /** Whether a request has as much as it may have. */
  isFull(requestId: number): boolean {
    return this.#full.has(requestId);
  }

  /**
   * Whether the connection is not to be read now.
   *
   * @param active requests on it
   */
  stops(active: number): boolean {
    return this.#isOverfull || (this.#full.size > 0 && this.#full.size >= active);
  }

  /** Whether a reader waits in vain while the connection is not read: a request with room. */
  stopsOthers(active: number): boolean {
    return this.stops(active) && this.#full.size < active;
  }

  /** The request with the most bytes, `undefined` where none has any. */
  largest(): number | undefined {
    let largest: number | undefined;
    let most = 0;
    for (const [requestId, bytes] of this.#byRequest) {
      if (bytes > most) [largest, most] = [requestId, bytes];
    }
    return largest;
  }
}

function isAbove(bytes: number, limit: number, wasAbove: boolean): boolean {
  return wasAbove ? bytes > limit / 2 : bytes >= limit;
}
