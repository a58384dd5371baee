import type { Duplex } from 'node:stream';
import type { Role } from '@fcgi-js/protocol';
import { checkOptions } from '@fcgi-js/protocol/options';
import { Connection, type ConnectionOwner } from './connection/connection.ts';
import { HeldBackBodies } from './connection/held-back-bodies.ts';
import { OpenConnections } from './connection/open-connections.ts';
import { shareReads } from './connection/socket-owner.ts';
import { publishEnd, publishError, runStarted } from './diagnostics.ts';
import { RequestSlots } from './engine/request-slots.ts';
import { ErrorLog } from './error-log.ts';
import { errors } from './errors.ts';
import { resolveLimits } from './limits.ts';
import { allowedPeers, type PeerCheck } from './listen/allowed-peers.ts';
import type { AcceptedSocket } from './listen/listener.ts';
import { Listeners } from './listen/listeners.ts';
import { connectionsPossible, OpenFilesWatch, tooManyConnections } from './listen/open-files.ts';
import type { FcgiRequest } from './request/fcgi-request.ts';
import { isPromise } from './request/handler-result.ts';
import { Handlers } from './request/handlers.ts';
import type { ConnectionInfo } from './request/request-host.ts';
import { RequestPresenter } from './request/request-presenter.ts';
import {
  CLOSE_OPTIONS,
  type FcgiServerCloseOptions,
  type FcgiServerListenOptions,
  type FcgiServerOptions,
  type FcgiServerStats,
  LONGEST_TIMER,
  SERVER_LISTEN_OPTIONS,
  SERVER_OPTIONS,
} from './server-options.ts';
import { whenAborted } from './when-aborted.ts';

const CLOSE_TIMEOUT = 10_000;

/** A FastCGI application server; made by {@link createServer}. */
export class FcgiServer {
  readonly #handlers: Handlers;
  readonly #onError: (error: unknown, request?: FcgiRequest) => void;
  readonly #log = new ErrorLog();
  readonly #peers: PeerCheck;
  readonly #openFiles = new OpenFilesWatch((error) => this.#report(error));
  readonly #connectionsOption: number;
  readonly #owner: ConnectionOwner;
  readonly #slots = new RequestSlots();
  readonly #connections = new OpenConnections<Connection>();
  readonly #listeners: Listeners;
  /** What handlers go on with after their response. */
  readonly #background = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  #closed: (() => void) | undefined;
  #hasClosed = false;
  /** Ends the wait of {@link close}. */
  readonly #hurry = new AbortController();
  #handOver: FcgiServerCloseOptions['handOver'];
  /** Bytes are those of connections that are gone. */
  readonly #totals = {
    bytesReceived: 0,
    bytesSent: 0,
    refusedRequests: 0,
    totalConnections: 0,
    totalRequests: 0,
  };

  /** As {@link createServer}. */
  constructor(options: FcgiServerOptions) {
    checkOptions('createServer()', options, SERVER_OPTIONS);
    this.#handlers = new Handlers(options);
    this.#onError = options.onError ?? ((error) => this.#log.report(error));
    this.#peers = allowedPeers(options.allow, process.env['FCGI_WEB_SERVER_ADDRS']);
    const limits = resolveLimits(options.limits);
    this.#connectionsOption = limits.connections;
    const presenter = new RequestPresenter(options);
    const dispatch = (request: FcgiRequest) => this.#handlers.dispatch(request);
    this.#owner = {
      clock: this.#connections,
      heldBack: new HeldBackBodies((error, request) => this.#report(error, request)),
      limits: { ...limits, connections: Math.min(limits.connections, connectionsPossible()) },
      hasRole: (role): role is Role => this.#handlers.has(role),
      slots: this.#slots,
      dispatch: (request) => {
        this.#totals.totalRequests += 1;
        const refuse = presenter.present(request);
        runStarted(request, refuse ?? dispatch);
      },
      requestEnded: publishEnd,
      requestRefused: (error) => {
        this.#totals.refusedRequests += 1;
        this.#report(error);
      },
      report: (error, request) => this.#report(error, request),
      waitUntil: (promise) => {
        this.#background.add(promise);
        void promise.finally(() => this.#background.delete(promise));
      },
      connectionClosed: (connection) => {
        this.#connections.delete(connection);
        this.#totals.bytesReceived += connection.bytesReceived;
        this.#totals.bytesSent += connection.writer.sent;
        if (this.#connections.size === 0) this.#closed?.();
      },
    };
    this.#listeners = new Listeners({
      accept: (socket) => this.#acceptSocket(socket),
      acceptLocal: (stream) => this.accept(stream),
      keepAliveDelay: limits.keepAliveDelay,
      mayListenOn: (host) => this.#peers.mayListenOn(host),
      onError: (error) => this.#report(error),
    });
  }

  /**
   * Listens on an address. May be called more than once, for several addresses.
   *
   * @param address `unix:/path` or a path; `tcp:127.0.0.1:9000`, `127.0.0.1:9000`, `[::1]:9000`, `:9000`
   *   (loopback); `fd:0`; `systemd` or `systemd:NAME`; `auto`
   * @param options of the socket; what does not apply to a kind of address is ignored by it
   * @returns the address listened on, as text in the same form, with the port that the system chose
   * @throws FcgiServerError with what to do, where the address is wrong, taken, or not permitted
   * @throws FcgiOptionError where an option is unknown or of the wrong kind
   * @throws the reason of the signal where it is aborted before the server listens
   */
  async listen(address: string, options: FcgiServerListenOptions = {}): Promise<string> {
    checkOptions('listen()', options, SERVER_LISTEN_OPTIONS);
    const { signal, ...ofSocket } = options;
    const listening = await this.#listeners.listen(address, ofSocket, signal, () => {
      this.close().catch((error) => this.#report(error));
    });
    this.#openFiles.start();
    return listening;
  }

  /**
   * Serves a connection that is already there: a pipe, one end of an in-memory pair, a socket from elsewhere. Where it
   * comes from is not looked at; {@link FcgiServer.mayConnect} does that.
   *
   * While the server closes, a connection is served as those are that it had before. Once it has closed, none is.
   *
   * @param stream bytes of a web server in, bytes for it out; should be made with `allowHalfOpen`
   * @throws FcgiServerError `FCGI_SERVER_CLOSED` where the server has closed; the stream is left as it is
   */
  accept(stream: Duplex): void {
    if (this.#hasClosed) throw errors.FCGI_SERVER_CLOSED.accept();
    const { remoteAddress, remotePort } = stream as AcceptedSocket;
    this.#open(stream, { remoteAddress, remotePort });
  }

  /**
   * Whether connections from an address are accepted, by the option `allow` and FCGI_WEB_SERVER_ADDRS: for those who
   * accept them themselves.
   *
   * @param address an IP address; `undefined` stands for a Unix socket
   */
  mayConnect(address: string | undefined): boolean {
    return this.#peers.mayConnect(address);
  }

  /**
   * Stops accepting, lets active requests end, closes connections as they become idle, then resolves.
   * Calling it again waits for the same end; the options of the first call count, but the signals of all.
   *
   * @throws FcgiOptionError where an option is unknown or of the wrong kind
   */
  close(options: FcgiServerCloseOptions = {}): Promise<void> {
    checkOptions('close()', options, CLOSE_OPTIONS);
    const forget = whenAborted(options.signal, () => this.#hurry.abort());
    this.#closing ??= this.#close(options);
    return this.#closing.finally(forget);
  }

  /** As {@link close}, at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Figures for a status page. */
  stats(): FcgiServerStats {
    let { bytesReceived, bytesSent } = this.#totals;
    for (const connection of this.#connections.all()) {
      bytesReceived += connection.bytesReceived;
      bytesSent += connection.writer.sent;
    }
    const { size: connections } = this.#connections;
    return { ...this.#totals, activeRequests: this.#slots.active, bytesReceived, bytesSent, connections };
  }

  async #close({
    handOver,
    onListenersClosed,
    timeout = CLOSE_TIMEOUT,
  }: FcgiServerCloseOptions): Promise<void> {
    this.#handOver = handOver;
    await this.#listeners.close();
    onListenersClosed?.();
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    for (const connection of this.#connections.all()) connection.shutDown(handOver);
    if (this.#connections.size === 0) this.#closed?.();
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<void>((resolve) => {
      if (timeout <= LONGEST_TIMER) timer = setTimeout(resolve, timeout);
      whenAborted(this.#hurry.signal, resolve);
    });
    await Promise.race([closed.then(() => Promise.all(this.#background)), expired]);
    clearTimeout(timer);
    for (const connection of this.#connections.all()) connection.destroy();
    this.#openFiles.stop();
    this.#hasClosed = true;
  }

  #acceptSocket(socket: AcceptedSocket): void {
    const { remoteAddress, remotePort } = socket;
    if (!this.mayConnect(remoteAddress)) {
      socket.destroy();
      this.#report(errors.FCGI_PEER_NOT_ALLOWED.address(remoteAddress ?? 'a Unix socket'));
      return;
    }
    const { connections } = this.#owner.limits;
    if (this.#connections.size >= connections) {
      socket.destroy();
      this.#report(tooManyConnections(connections, this.#connectionsOption));
      return;
    }
    shareReads(socket);
    this.#open(socket, { remoteAddress, remotePort });
  }

  #open(stream: Duplex, info: ConnectionInfo): void {
    const connection = new Connection(stream, info, this.#owner);
    this.#connections.add(connection);
    this.#totals.totalConnections += 1;
    if (this.#closing !== undefined) connection.shutDown(this.#handOver);
  }

  #report(error: unknown, request?: FcgiRequest): void {
    if (request !== undefined) publishError(request, error);
    // Only the process itself is left to report to, and one request must not end it.
    try {
      const result: unknown = this.#onError(error, request);
      if (isPromise(result)) result.then(undefined, (second: unknown) => this.#log.report(second));
    } catch (second) {
      this.#log.report(second);
    }
  }
}

/**
 * Makes a FastCGI application server. It does nothing until {@link FcgiServer.listen}.
 *
 * ```ts
 * const server = createServer({ responder: fromNodeListener(app) });
 * await server.listen('unix:/run/app.sock');
 * ```
 *
 * @throws FcgiOptionError where an option is unknown or of the wrong kind, or no role has a handler
 */
export function createServer(options: FcgiServerOptions): FcgiServer {
  return new FcgiServer(options);
}
