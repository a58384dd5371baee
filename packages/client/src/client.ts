import type { BytesLike } from '@fcgi-js/protocol';
import { formatAddress, parseAddress } from './address.ts';
import { askValues, STANDARD_VALUES } from './application-values.ts';
import type { Connection } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { Deadline } from './deadline.ts';
import { FcgiClientError } from './errors.ts';
import { Exchange } from './exchange.ts';
import type { FcgiResponse } from './fcgi-response.ts';
import { type ClientLimits, DEFAULT_LIMITS, type ResolvedLimits, resolveLimits } from './limits.ts';
import { type FcgiRequestOptions, type PreparedRequest, prepareRequest } from './prepared-request.ts';
import type { FcgiPassingRecord } from './record-watch.ts';

/** Options of {@link FcgiClient}. */
export interface FcgiClientOptions {
  /** Where the application listens; see {@link parseAddress}. */
  readonly address: string;
  /**
   * Whether connections are kept for further requests (FCGI_KEEP_CONN).
   *
   * @defaultValue true
   */
  readonly keepConn?: boolean;
  /** See the fields for the defaults. */
  readonly limits?: ClientLimits;
  /** Told of what an application does wrong on a connection with no request on it, which is then closed. */
  readonly onError?: (error: Error) => void;
  /**
   * Sees every record of every connection as it passes, in both directions, for tools that show them. A received
   * one is shown before anything is done about it. Where it throws, the connection is closed, and requests on it
   * fail with what it threw.
   */
  readonly onRecord?: (passing: FcgiPassingRecord) => void;
}

/** What a client has open. */
export interface FcgiClientStats {
  /** Connections that are open or being opened. */
  readonly connections: number;
  /** Those of them that are kept with no request on them. */
  readonly idle: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
}

/** Options of {@link FcgiClient.getValues}. */
export interface GetValuesOptions {
  /**
   * What to ask for.
   *
   * @defaultValue FCGI_MAX_CONNS, FCGI_MAX_REQS and FCGI_MPXS_CONNS
   */
  readonly names?: Iterable<BytesLike>;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

/**
 * Sends requests to a FastCGI application, as a web server does. Connections are opened when they are needed
 * and kept for the next request; there is one request at a time on each.
 */
export class FcgiClient {
  readonly #address: string;
  readonly #keepConn: boolean;
  readonly #limits: ResolvedLimits;
  readonly #pool: ConnectionPool;

  /**
   * Opens nothing yet.
   *
   * @throws TypeError where an option is not valid
   */
  constructor({ address, keepConn = true, limits, onError = () => {}, onRecord }: FcgiClientOptions) {
    if (typeof keepConn !== 'boolean') throw new TypeError('keepConn must be a boolean.');
    if (typeof onError !== 'function') throw new TypeError('onError must be a function.');
    if (onRecord !== undefined && typeof onRecord !== 'function') {
      throw new TypeError('onRecord must be a function.');
    }
    const parsed = parseAddress(address);
    this.#address = formatAddress(parsed);
    this.#keepConn = keepConn;
    this.#limits = resolveLimits(DEFAULT_LIMITS, limits);
    this.#pool = new ConnectionPool(parsed, this.#limits, { onError, onRecord });
  }

  /** Where the application listens, as {@link formatAddress} writes it. */
  get address(): string {
    return this.#address;
  }

  /**
   * Sends a request and waits for the head of the response.
   *
   * A request is sent a second time in one case only, and then once, on a new connection: it went out on a
   * kept connection, which closed before any byte of an answer came; it is idempotent (by default: its
   * REQUEST_METHOD is GET, HEAD, OPTIONS or TRACE); and its stdin and data are not streams. The application
   * has then most likely closed the connection before the request reached it. Opening a connection is tried
   * again, within `connectTimeout`, where the system says EAGAIN (a Unix socket whose backlog is full).
   *
   * @returns the response, as soon as its head is complete; read its body or destroy it
   * @throws TypeError or LocalProtocolError where the caller asks for something impossible; FcgiClientError, of
   *   which FcgiConnectError, FcgiTimeoutError and FcgiRejectedError are kinds, or RemoteProtocolError where the
   *   request failed; the reason of the signal where it was aborted
   */
  async request(options: FcgiRequestOptions): Promise<FcgiResponse> {
    const request = prepareRequest(options, this.#limits);
    const deadline = new Deadline('total', request.limits.totalTimeout, options.signal);
    try {
      return await this.#send(request, deadline, false);
    } catch (error) {
      deadline.dispose();
      request.stdin.cancel();
      request.data?.cancel();
      throw error;
    }
  }

  /**
   * Asks the application for values about itself (GET_VALUES, §4.1), on a connection of its own.
   *
   * @returns those of the names that the application knows; none where it does not know GET_VALUES
   * @throws as {@link request}; `FCGI_FIRST_BYTE_TIMEOUT` where it does not answer, as some applications do
   */
  async getValues({ names = STANDARD_VALUES, signal }: GetValuesOptions = {}): Promise<Map<string, string>> {
    const { connectTimeout, firstByteTimeout } = this.#limits;
    const opening = new Deadline('connect', connectTimeout, signal);
    let answering: Deadline | undefined;
    let connection: Connection | undefined;
    try {
      connection = await this.#pool.acquire({ fresh: true, deadline: opening });
      answering = new Deadline('firstByte', firstByteTimeout, signal);
      return await askValues(connection, names, answering);
    } finally {
      opening.dispose();
      answering?.dispose();
      connection?.close();
    }
  }

  /**
   * Takes no further requests, waits for those that are under way, and closes all connections.
   *
   * @param options `timeout`: milliseconds to wait, by default 10,000; then the rest is cut off
   */
  async close({ timeout = 10_000 }: { readonly timeout?: number } = {}): Promise<void> {
    await this.#pool.close(timeout);
  }

  /** What the client has open now. */
  stats(): FcgiClientStats {
    return { connections: this.#pool.size, idle: this.#pool.idle, waiting: this.#pool.waiting };
  }

  async #send(request: PreparedRequest, deadline: Deadline, fresh: boolean): Promise<FcgiResponse> {
    const connection = await this.#pool.acquire({ fresh, deadline });
    if (deadline.passed) {
      connection.release(true);
      throw deadline.reason;
    }
    const wasKept = connection.served;
    let exchange: Exchange | undefined;
    try {
      return await new Promise<FcgiResponse>((onResponse, onFailure) => {
        const onOver = () => {
          if (exchange?.hasHead) deadline.dispose();
        };
        exchange = new Exchange(connection, request, this.#keepConn, deadline, {
          onFailure,
          onOver,
          onResponse,
        });
        exchange.start();
      });
    } catch (error) {
      const isRepeat = fresh || !wasKept || exchange?.answered || !request.repeatable;
      if (isRepeat || !(error instanceof FcgiClientError) || error.code !== 'FCGI_CONNECTION_CLOSED')
        throw error;
      return await this.#send(request, deadline, true);
    }
  }
}
