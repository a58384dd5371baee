import { type BytesLike, ProtocolStatus } from '@fcgi-js/protocol';
import {
  ANYTHING,
  BOOLEAN,
  checkOptions,
  FcgiOptionError,
  functionSuchAs,
  numberFrom,
  OBJECT,
  type OptionKinds,
  oneOf,
  SIGNAL,
} from '@fcgi-js/protocol/options';
import { formatAddress, parseAddress } from './address.ts';
import { openSocket } from './application-socket.ts';
import { askValues, STANDARD_VALUES } from './application-values.ts';
import { capacityFrom, ownCapacity } from './capacity.ts';
import type { Connection } from './connection.ts';
import { ConnectionPool, type OpenTransport } from './connection-pool.ts';
import { Deadline } from './deadline.ts';
import { isObserved, observed } from './diagnostics.ts';
import { FcgiClientError } from './errors.ts';
import { Exchange } from './exchange.ts';
import type { FcgiResponse } from './fcgi-response.ts';
import { type ClientLimits, DEFAULT_LIMITS, type ResolvedLimits, resolveLimits } from './limits.ts';
import { type FcgiAcceptor, IN_THIS_PROCESS, openMemorySocket } from './memory-socket.ts';
import {
  checkParams,
  type FcgiRequestOptions,
  type PreparedRequest,
  prepareRequest,
} from './prepared-request.ts';
import type { FcgiPassingRecord } from './record-watch.ts';
import { FcgiConnectError, FcgiRejectedError } from './request-errors.ts';

/** Options of {@link FcgiClient}. */
export interface FcgiClientOptions {
  /** Where the application listens; see {@link parseAddress}. Either this or `server`. */
  readonly address?: string | undefined;
  /**
   * Whether connections are kept for further requests (FCGI_KEEP_CONN).
   *
   * @defaultValue true
   */
  readonly keepConn?: boolean | undefined;
  /** See the fields for the defaults. */
  readonly limits?: ClientLimits | undefined;
  /**
   * Whether several requests share a connection, up to `requestsPerConnection`. With `'auto'` the application is
   * asked what it allows (GET_VALUES, §4.1) before the first request, and again when no connection is open and
   * the answer is a minute old: it multiplexes if FCGI_MPXS_CONNS is 1, and FCGI_MAX_CONNS and FCGI_MAX_REQS
   * are kept to. An application that rejects a request with FCGI_CANT_MPX_CONN is not asked to share again.
   *
   * FastCGI cannot stop a single response, so one that is not read slows the others on its connection down; see
   * `connectionBufferBytes` and `unreadTimeout`.
   *
   * @defaultValue false: one request at a time on each connection
   */
  readonly multiplex?: boolean | 'auto' | undefined;
  /** Told of what an application does wrong on a connection with no request on it, which is then closed. */
  readonly onError?: ((error: Error) => void) | undefined;
  /**
   * Sees every record of every connection as it passes, in both directions, for tools that show them. A received
   * one is shown when it has come whole, before anything is done about the bytes that complete it. Where it throws, the connection is closed, and requests on it
   * fail with what it threw.
   */
  readonly onRecord?: ((passing: FcgiPassingRecord) => void) | undefined;
  /**
   * A server in this process, such as `createServer({ … })` of `@fcgi-js/server`: connections to it are streams in
   * memory, and it need not listen. The client does not close it.
   */
  readonly server?: FcgiAcceptor | undefined;
}

/** Where the application of a client is: at an address, or in this process. */
export type FcgiApplicationPlace = { readonly address: string } | { readonly server: FcgiAcceptor };

/** What a client has open. */
export interface FcgiClientStats {
  /** Connections that are open or being opened. */
  readonly connections: number;
  /** Those of them that are kept with no request on them. */
  readonly idleConnections: number;
  /** Requests that have a connection, or for which one is being opened. */
  readonly activeRequests: number;
  /** Requests that wait for a connection. */
  readonly waitingRequests: number;
}

/** Milliseconds for which an answer to GET_VALUES is believed. */
const VALUES_LIFETIME = 60_000;

/** Options of {@link FcgiClient.getValues}. */
export interface GetValuesOptions {
  /**
   * What to ask for.
   *
   * @defaultValue FCGI_MAX_CONNS, FCGI_MAX_REQS and FCGI_MPXS_CONNS
   */
  readonly names?: Iterable<BytesLike> | undefined;
  /** Stops waiting. */
  readonly signal?: AbortSignal | undefined;
}

const CLIENT_OPTIONS: OptionKinds<FcgiClientOptions> = {
  address: ANYTHING,
  keepConn: BOOLEAN,
  limits: OBJECT,
  multiplex: oneOf(true, false, 'auto'),
  onError: functionSuchAs('(error) => console.error(error)'),
  onRecord: functionSuchAs('({ record }) => console.log(record)'),
  server: ANYTHING,
};

const GET_VALUES_OPTIONS: OptionKinds<GetValuesOptions> = { names: ANYTHING, signal: SIGNAL };

/** Options of {@link FcgiClient.close}. */
export interface FcgiClientCloseOptions {
  /** Ends the wait when it is aborted, as the end of `timeout` does: the rest is cut off, and `close()` resolves. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds to wait for requests that are under way; then the rest is cut off.
   *
   * @defaultValue 10,000
   */
  readonly timeout?: number | undefined;
}

/** Also of a gateway. */
export const CLOSE_OPTIONS: OptionKinds<FcgiClientCloseOptions> = {
  signal: SIGNAL,
  timeout: numberFrom(0),
};

/**
 * Sends requests to a FastCGI application, as a web server does. Connections are opened when they are needed
 * and kept for the next request; there is one request at a time on each, unless `multiplex` allows more.
 */
export class FcgiClient {
  readonly #address: string;
  readonly #keepConn: boolean;
  readonly #limits: ResolvedLimits;
  readonly #multiplex: boolean | 'auto';
  readonly #pool: ConnectionPool;
  /** Under way, or done at a time (`performance.now()`). */
  #learning: Promise<void> | undefined;
  #learned = Number.NEGATIVE_INFINITY;

  /**
   * Opens nothing yet.
   *
   * @throws FcgiOptionError where an option is not valid, or is none
   */
  constructor(options: FcgiClientOptions & FcgiApplicationPlace) {
    checkOptions('FcgiClient', options, CLIENT_OPTIONS);
    const { keepConn = true, limits, multiplex = false, onError = () => {}, onRecord } = options;
    if (multiplex !== false && !keepConn) {
      throw new FcgiOptionError(
        'Connections that are not kept (keepConn: false) cannot be shared (multiplex).',
      );
    }
    const [address, open] = applicationOf(options);
    this.#address = address;
    this.#keepConn = keepConn;
    this.#limits = resolveLimits(DEFAULT_LIMITS, limits);
    this.#multiplex = multiplex;
    const capacity = ownCapacity(this.#limits, multiplex === true);
    this.#pool = new ConnectionPool(open, this.#limits, capacity, { onError, onRecord });
  }

  /** Where the application listens, as {@link formatAddress} writes it; `in this process` for a `server`. */
  get address(): string {
    return this.#address;
  }

  /**
   * Sends a request and waits for the head of the response.
   *
   * A request is sent a second time in two cases only, and then once, on a new connection; its stdin and data
   * must not be streams:
   *
   * - It went out on a connection that had served another request, the connection closed before any byte of an
   *   answer came, and it is idempotent (by default: its REQUEST_METHOD is GET, HEAD, OPTIONS or TRACE). The
   *   application has then most likely closed the connection before the request reached it.
   * - The application rejected it with FCGI_CANT_MPX_CONN, so did nothing with it.
   *
   * Opening a connection is tried again, within `connectTimeout`, where the system says EAGAIN (a Unix socket
   * whose backlog is full).
   *
   * @returns the response, as soon as its head is complete; read its body or destroy it
   * @throws FcgiOptionError or LocalProtocolError where the caller asks for something impossible; FcgiClientError, of
   *   which FcgiConnectError, FcgiTimeoutError and FcgiRejectedError are kinds, or RemoteProtocolError where the
   *   request failed; the reason of the signal where it was aborted
   */
  async request(options: FcgiRequestOptions): Promise<FcgiResponse> {
    const request = prepareRequest(options, this.#limits);
    if (!isObserved()) return await this.#begin(request, options.signal);
    const { params } = request;
    return await observed({ address: this.#address, params }, async () => {
      checkParams(params);
      return await this.#begin(request, options.signal);
    });
  }

  /**
   * Asks the application for values about itself (GET_VALUES, §4.1), on a connection of its own.
   *
   * @returns those of the names that the application knows; none where it does not know GET_VALUES
   * @throws as {@link request}; `FCGI_FIRST_BYTE_TIMEOUT` where it does not answer, as some applications do
   */
  async getValues(options: GetValuesOptions = {}): Promise<Map<string, string>> {
    checkOptions('getValues()', options, GET_VALUES_OPTIONS);
    const { names = STANDARD_VALUES, signal } = options;
    return await this.#ask(names, this.#limits.firstByteTimeout, signal);
  }

  /**
   * Takes no further requests, waits for those that are under way, and closes all connections. Requests that are cut off fail
   * with `FCGI_CLIENT_CUT_OFF`.
   *
   * @throws FcgiOptionError where an option is not valid
   */
  async close(options: FcgiClientCloseOptions = {}): Promise<void> {
    checkOptions('close()', options, CLOSE_OPTIONS);
    const { signal, timeout = 10_000 } = options;
    await this.#pool.close(timeout, signal);
  }

  /** As {@link close}, at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What the client has open now. */
  stats(): FcgiClientStats {
    const { idle, requests, size, waiting } = this.#pool;
    return { activeRequests: requests, connections: size, idleConnections: idle, waitingRequests: waiting };
  }

  async #begin(request: PreparedRequest, signal: AbortSignal | undefined): Promise<FcgiResponse> {
    const deadline = new Deadline('total', request.limits.requestTimeout, signal);
    try {
      await this.#learnCapacity(deadline);
      return await this.#send(request, deadline, false);
    } catch (error) {
      deadline.dispose();
      request.stdin.cancel();
      request.data?.cancel();
      throw error;
    }
  }

  /** Sees to it that {@link ConnectionPool.capacity} is what the application allows, where that is wanted. */
  async #learnCapacity(deadline: Deadline): Promise<void> {
    const isKnown = this.#pool.size > 0 || performance.now() - this.#learned < VALUES_LIFETIME;
    if (this.#multiplex !== 'auto' || (isKnown && this.#learning === undefined)) return;
    this.#learning ??= this.#learn();
    await deadline.race(this.#learning);
  }

  async #learn(): Promise<void> {
    try {
      const values = await this.#ask(STANDARD_VALUES, this.#limits.valuesTimeout, undefined);
      this.#pool.capacity = capacityFrom(values, this.#limits);
      this.#learned = performance.now();
    } catch (error) {
      // Nothing is wrong with an application that does not answer; one that is not there is to be asked again.
      this.#pool.capacity = ownCapacity(this.#limits, false);
      if (!(error instanceof FcgiConnectError)) this.#learned = performance.now();
    } finally {
      this.#learning = undefined;
    }
  }

  async #ask(
    names: Iterable<BytesLike>,
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, string>> {
    const opening = new Deadline('connect', this.#limits.connectTimeout, signal);
    let answering: Deadline | undefined;
    let connection: Connection | undefined;
    try {
      connection = await this.#pool.acquire({ fresh: true, deadline: opening });
      answering = new Deadline('firstByte', timeout, signal);
      return await askValues(connection, names, answering);
    } finally {
      opening.dispose();
      answering?.dispose();
      connection?.close();
    }
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
      if (fresh || !request.isWhole || !(error instanceof FcgiClientError)) throw error;
      const wasStale = error.code === 'FCGI_CONNECTION_CLOSED' && wasKept && !exchange?.answered;
      const cannotShare = cannotMultiplex(error);
      if (cannotShare) this.#pool.capacity = { ...this.#pool.capacity, perConnection: 1 };
      if (!cannotShare && !(wasStale && request.idempotent)) throw error;
      return await this.#send(request, deadline, true);
    }
  }
}

function applicationOf({ address, server }: FcgiClientOptions): [address: string, open: OpenTransport] {
  if ((address === undefined) === (server === undefined)) {
    throw new FcgiOptionError(
      "FcgiClient needs either an address, such as 'unix:/run/app.sock', or a server.",
    );
  }
  if (server === undefined) {
    const parsed = parseAddress(address ?? '');
    return [formatAddress(parsed), (deadline) => openSocket(parsed, deadline)];
  }
  if (typeof server?.accept !== 'function') {
    throw new FcgiOptionError(
      'server must have the method accept(stream), as createServer() of @fcgi-js/server has.',
    );
  }
  return [IN_THIS_PROCESS, async () => openMemorySocket(server)];
}

/** Whether the application refused the request because it serves one at a time on a connection (§5.5). */
function cannotMultiplex(error: FcgiClientError): boolean {
  return error instanceof FcgiRejectedError && error.protocolStatus === ProtocolStatus.CantMpxConn;
}
