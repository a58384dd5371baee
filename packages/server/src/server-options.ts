import type { Duplex } from 'node:stream';
import { BOOLEAN, functionSuchAs, OBJECT, type OptionKinds, SIGNAL } from '@fcgi-js/protocol/options';
import { isMount } from './cgi/mount.ts';
import type { ParamsTransform } from './cgi/params-transform.ts';
import type { ServerLimits } from './limits.ts';
import { LISTEN_OPTIONS, type ListenOptions } from './listen/listener.ts';
import type { FcgiRequest } from './request/fcgi-request.ts';
import type { FcgiRequestHandler } from './request/request-handler.ts';

/** What `createServer()` takes. At least one role needs a handler. */
export interface FcgiServerOptions {
  /**
   * Addresses that may connect over TCP: IPv4 or IPv6 addresses or networks in CIDR form. Needed for listening
   * on an address that is not loopback. FCGI_WEB_SERVER_ADDRS in the environment is honoured besides.
   *
   * A network admits peers of its own family only: `::/0` admits no IPv4 peer. IPv4-mapped IPv6 addresses, as an entry and
   * as a peer, are IPv4: `::ffff:10.0.0.0/104` is `10.0.0.0/8`. `fe80::1%eth0` admits that peer on `eth0` only.
   *
   * @defaultValue loopback only
   */
  readonly allow?: readonly string[] | undefined;
  /** Serves the role Authorizer (FastCGI 1.0 §6.3). */
  readonly authorizer?: FcgiRequestHandler | undefined;
  /** Serves the role Filter (§6.4). */
  readonly filter?: FcgiRequestHandler | undefined;
  /**
   * Whether the param HTTP_PROXY stays, which browsers set by the header field `Proxy`. Only for an application that needs
   * to see that field: HTTP clients, and programs that get the params as their environment, would send their own requests
   * to a proxy that the browser chooses.
   *
   * @defaultValue false
   */
  readonly keepProxyParam?: boolean | undefined;
  /** What a web server may take of this process; see the fields for the defaults. */
  readonly limits?: ServerLimits | undefined;
  /**
   * The public prefix that the application is mounted at, decoded, such as `/app`; `/` for the root. Requests outside
   * it are answered with 404. Needed where the web server's params do not tell the prefix: docs/paths.md says where.
   *
   * @defaultValue the prefix that the params prove, otherwise the root
   */
  readonly mount?: string | undefined;
  /**
   * Told of everything that goes wrong and is not the application's own business: errors of handlers,
   * breaches of the protocol, limits reached. `request` is there where the error is about one.
   *
   * @defaultValue a line on the error output of the process, at most ten a second of each kind of error that
   *   web servers can cause
   */
  readonly onError?: ((error: unknown, request?: FcgiRequest) => void) | undefined;
  /**
   * Changes the params of every request before anything else looks at them, for example
   * `composeParams(authorizationFix(), forwarded({ trust: ['10.0.0.0/8'] }))` of `@fcgi-js/middleware`. If it throws,
   * the request is answered with 500.
   *
   * @defaultValue none: params are as they came
   */
  readonly params?: ParamsTransform | undefined;
  /** Serves the role Responder (§6.2), which is what every web server asks for to serve pages. */
  readonly responder?: FcgiRequestHandler | undefined;
}

/** Figures of a server, see `FcgiServer.stats()`. */
export interface FcgiServerStats {
  /** Requests being served. */
  readonly activeRequests: number;
  /** Bytes that came from web servers since the start, with the framing of FastCGI. */
  readonly bytesReceived: number;
  /** Bytes that web servers have taken since the start, with the framing of FastCGI. */
  readonly bytesSent: number;
  /** Open connections. */
  readonly connections: number;
  /** Requests that were answered in the place of the application, because of a limit or an unknown role. */
  readonly refusedRequests: number;
  /** Connections since the start. */
  readonly totalConnections: number;
  /** Requests since the start. */
  readonly totalRequests: number;
}

/** What `FcgiServer.listen()` takes. */
export interface FcgiServerListenOptions extends ListenOptions {
  /**
   * Closes the server when it is aborted, as `FcgiServer.close()` does with its defaults: on this address and on all others.
   * Aborted before the server listens, `listen()` rejects with the reason of the signal.
   */
  readonly signal?: AbortSignal | undefined;
}

/** What `FcgiServer.close()` takes. */
export interface FcgiServerCloseOptions {
  /**
   * Takes over the connections that web servers keep open, each when no request is on it: passes it to another process,
   * or to `FcgiServer.accept()` of another server. A web server may send its next request in the very moment in
   * which a connection is closed, and such a request is lost; one that is taken over loses none. The stream has no
   * listeners, and must be taken before this function returns. Connections that end with their request never come here.
   *
   * @defaultValue they are closed
   */
  readonly handOver?: ((stream: Duplex) => void) | undefined;
  /**
   * Called when nothing is accepted any more. Connections that have come before are accepted first, since closing the socket
   * would reset them: that is some turns of the event loop after the call of `close()`.
   */
  readonly onListenersClosed?: (() => void) | undefined;
  /**
   * Ends the wait when it is aborted, as the end of `timeout` does: connections are closed whatever runs on them, and
   * `close()` resolves. That of any call counts, so that a second SIGTERM may hurry what the first one began.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds after which connections are closed whatever runs on them; `Infinity` waits for as long as it
   * takes.
   *
   * @defaultValue 10,000
   */
  readonly timeout?: number | undefined;
}

/** Milliseconds; Node ends longer ones at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

const HANDLER = functionSuchAs('fromNodeListener(app)');

/** What {@link FcgiServerOptions} may hold. */
export const SERVER_OPTIONS: OptionKinds<FcgiServerOptions> = {
  allow: {
    words: "an array of addresses, for example ['10.0.0.5']",
    accepts: (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
  },
  authorizer: HANDLER,
  filter: HANDLER,
  keepProxyParam: BOOLEAN,
  limits: OBJECT,
  mount: { words: "'/' or a path such as '/app', decoded and normalised", accepts: isMount },
  onError: functionSuchAs('(error) => console.error(error)'),
  params: functionSuchAs('authorizationFix() of @fcgi-js/middleware'),
  responder: HANDLER,
};

/** What {@link FcgiServerListenOptions} may hold. */
export const SERVER_LISTEN_OPTIONS: OptionKinds<FcgiServerListenOptions> = {
  ...LISTEN_OPTIONS,
  signal: SIGNAL,
};

/** What {@link FcgiServerCloseOptions} may hold. */
export const CLOSE_OPTIONS: OptionKinds<FcgiServerCloseOptions> = {
  handOver: functionSuchAs('(stream) => other.accept(stream)'),
  onListenersClosed: functionSuchAs("() => console.log('no more')"),
  signal: SIGNAL,
  timeout: {
    words: `a number of milliseconds from 0 to ${LONGEST_TIMER}, or Infinity`,
    accepts: (value) =>
      typeof value === 'number' &&
      value >= 0 &&
      (value <= LONGEST_TIMER || value === Number.POSITIVE_INFINITY),
  },
};
