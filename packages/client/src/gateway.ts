import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { FcgiClient } from './client.ts';
import {
  DEFAULT_GATEWAY_LIMITS,
  type GatewayLimits,
  type ResolvedGatewayLimits,
} from './gateway/gateway-limits.ts';
import { type GatewaySettings, serveRequest } from './gateway/serve-request.ts';
import { resolveLimits } from './limits.ts';
import { parseMount } from './params/request-target.ts';
import type { ParamsFromRequestOptions } from './params-from-request.ts';
import { startTimer } from './stall-timer.ts';

/** Milliseconds between two looks at idle connections while a gateway closes. */
const SWEEP_INTERVAL = 25;

/** Options of {@link createGateway}. */
export interface GatewayOptions
  extends Omit<ParamsFromRequestOptions, 'params' | 'remoteAddress' | 'remotePort'> {
  /** Where the application listens; see `parseAddress`. Either this or `client`. */
  readonly address?: string;
  /** The client to ask, for options of its own. It is not closed with the gateway. */
  readonly client?: FcgiClient;
  /**
   * Whether the text of an error page says what happened: the address of the application, the error, what to
   * do. Nothing of what the application sent is ever shown.
   *
   * @defaultValue for HTTP clients on this machine that did not come through a proxy
   */
  readonly explain?: boolean;
  /** See the fields for the defaults. */
  readonly limits?: GatewayLimits;
  /**
   * Told of every request that failed, and of every answer that was not whole. Not of HTTP clients that left.
   * What it throws is ignored.
   *
   * @defaultValue nobody is told
   */
  readonly onError?: (error: unknown, request: IncomingMessage) => void;
  /**
   * Gets what the application writes to STDERR. Text from outside: escape it with `escapeLogText`.
   *
   * @defaultValue it is dropped
   */
  readonly onStderr?: (content: Uint8Array, request: IncomingMessage) => void;
  /** Further params, or others instead of those that were made, for every request or each one. */
  readonly params?:
    | ParamsFromRequestOptions['params']
    | ((request: IncomingMessage) => ParamsFromRequestOptions['params']);
}

/** Where a gateway listens. */
export interface GatewayListenOptions {
  /**
   * The address to listen on.
   *
   * @defaultValue 127.0.0.1, which only this machine reaches
   */
  readonly host?: string;
  /** 0 to 65,535; 0 takes a free one. */
  readonly port: number;
}

/** Where a gateway came to listen. */
export interface GatewayAddress {
  readonly host: string;
  readonly port: number;
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
}

/** An HTTP server in front of a FastCGI application. */
export interface Gateway {
  /**
   * Takes no further connections, waits for requests under way, and closes all.
   *
   * @param options `timeout`: milliseconds to wait, by default 10,000; then the rest is cut off
   */
  close(options?: { readonly timeout?: number }): Promise<void>;
  /** Listens with an HTTP/1.1 server of its own. Rejects with the error of the system where it cannot. */
  listen(options: GatewayListenOptions): Promise<GatewayAddress>;
  /** For an HTTP server of yours, or a router such as Express: serves one request. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * Puts HTTP in front of a FastCGI application, whatever it is written in, as a web server does.
 *
 * Bodies are streamed both ways. An HTTP client that leaves aborts its request. Local redirects are followed
 * inside, fields about the connection are dropped. A failure is answered with 502, 503 or 504 and, for clients
 * on this machine, with what was tried and what to do. Requests go to this application only, whatever host
 * they name. WebSockets are refused with 501.
 *
 * @throws TypeError where an option is not valid
 */
export function createGateway(options: GatewayOptions): Gateway {
  const {
    address,
    client,
    explain,
    limits,
    onError = () => {},
    onStderr,
    params,
    ...paramsOptions
  } = options;
  if ((address === undefined) === (client === undefined)) {
    throw new TypeError('A gateway needs either an address or a client.');
  }
  parseMount(paramsOptions.mount ?? '');
  const settings: GatewaySettings = {
    client: client ?? new FcgiClient({ address: address ?? '' }),
    explain,
    limits: resolveLimits(DEFAULT_GATEWAY_LIMITS, limits),
    onError: (error, request) => {
      try {
        onError(error, request);
      } catch {
        // A callback that fails has nobody to tell; the HTTP client still gets its answer.
      }
    },
    onStderr,
    paramsOptions: (request) => {
      const own = typeof params === 'function' ? params(request) : params;
      return own === undefined ? paramsOptions : { ...paramsOptions, params: own };
    },
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    // Never rejects; and if it did, the process and the other requests would still have to live.
    serveRequest(request, response, settings).catch(() => response.destroy());
  };
  const servers = new Set<Server>();
  return {
    listener,
    listen: (where) => listen(where, listener, settings.limits, servers),
    close: async ({ timeout = 10_000 } = {}) => {
      await Promise.all([...servers].map((server) => closeServer(server, timeout)));
      servers.clear();
      if (client === undefined) await settings.client.close({ timeout });
    },
  };
}

async function listen(
  { host = '127.0.0.1', port }: GatewayListenOptions,
  listener: Gateway['listener'],
  limits: ResolvedGatewayLimits,
  servers: Set<Server>,
): Promise<GatewayAddress> {
  const server = createServer(listener);
  server.maxConnections = limits.connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  servers.add(server);
  const address = server.address();
  const actual = address !== null && typeof address === 'object' ? address : { address: host, port };
  const name = actual.address.includes(':') ? `[${actual.address}]` : actual.address;
  return { host: actual.address, port: actual.port, url: `http://${name}:${actual.port}` };
}

async function closeServer(server: Server, timeout: number): Promise<void> {
  const timer = startTimer(() => server.closeAllConnections(), timeout);
  // Connections that are busy now would otherwise be kept for a while after their request.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(timer);
  clearInterval(sweep);
}
