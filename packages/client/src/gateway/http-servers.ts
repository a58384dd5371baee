import { once } from 'node:events';
import type { Server } from 'node:http';
import { checkOptions, integer, type OptionKinds, SIGNAL, TEXT } from '@fcgi-js/protocol/options';
import { http } from '../node-http.ts';
import { startTimer } from '../stall-timer.ts';
import { whenAborted } from '../when-aborted.ts';
import type { GatewayListener } from './http-listener.ts';

/** Milliseconds between two looks at idle connections while a gateway closes. */
const SWEEP_INTERVAL = 25;

const LOOPBACK = '127.0.0.1';

/** Where a gateway listens. */
export interface GatewayListenOptions {
  /**
   * The address to listen on.
   *
   * @defaultValue 127.0.0.1, which only this machine reaches
   */
  readonly host?: string | undefined;
  /** 0 to 65,535; 0 takes a free one. */
  readonly port: number;
  /**
   * Closes the gateway when it is aborted, as `close()` does with its defaults. Aborted before the gateway listens,
   * `listen()` rejects with the reason of the signal.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Where a gateway came to listen. */
export interface GatewayAddress {
  readonly host: string;
  readonly port: number;
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
}

const LISTEN_OPTIONS: OptionKinds<GatewayListenOptions> = {
  host: TEXT,
  port: integer(0, 65_535, 'a port, 0 to 65,535'),
  signal: SIGNAL,
};

/** The HTTP servers of a gateway: one for each call of `listen()`. */
export class HttpServers {
  readonly #connections: number;
  readonly #forgetSignals = new Set<() => void>();
  readonly #listener: GatewayListener;
  readonly #servers = new Set<Server>();

  /** @param connections that each server may have open */
  constructor(listener: GatewayListener, connections: number) {
    this.#listener = listener;
    this.#connections = connections;
  }

  /**
   * Listens, until {@link HttpServers.close}.
   *
   * @param closeAll closes the gateway
   */
  async listen(options: GatewayListenOptions, closeAll: () => Promise<void>): Promise<GatewayAddress> {
    checkOptions('listen()', options, LISTEN_OPTIONS);
    const { signal } = options;
    const forget = whenAborted(signal, () => void closeAll());
    try {
      signal?.throwIfAborted();
      const server = await this.#open(options);
      if (signal?.aborted) await close(server, 0, undefined);
      signal?.throwIfAborted();
      this.#servers.add(server);
      this.#forgetSignals.add(forget);
      return addressOf(server, options);
    } catch (error) {
      forget();
      throw error;
    }
  }

  /**
   * Closes all servers.
   *
   * @param timeout milliseconds for requests under way
   * @param signal ends that time when it is aborted
   */
  async close(timeout: number, signal: AbortSignal | undefined): Promise<void> {
    for (const forget of this.#forgetSignals) forget();
    this.#forgetSignals.clear();
    await Promise.all([...this.#servers].map((server) => close(server, timeout, signal)));
    this.#servers.clear();
  }

  async #open({ host = LOOPBACK, port }: GatewayListenOptions): Promise<Server> {
    const server = http.createServer(this.#listener);
    server.maxConnections = this.#connections;
    const listening = once(server, 'listening');
    server.listen({ host, port });
    await listening;
    return server;
  }
}

function addressOf(server: Server, { host = LOOPBACK, port }: GatewayListenOptions): GatewayAddress {
  const address = server.address();
  const actual = address !== null && typeof address === 'object' ? address : { address: host, port };
  const name = actual.address.includes(':') ? `[${actual.address}]` : actual.address;
  return { host: actual.address, port: actual.port, url: `http://${name}:${actual.port}` };
}

async function close(server: Server, timeout: number, signal: AbortSignal | undefined): Promise<void> {
  const timer = startTimer(() => server.closeAllConnections(), timeout);
  const forget = whenAborted(signal, () => server.closeAllConnections());
  // Connections that are busy now would otherwise be kept for a while after their request.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(timer);
  clearInterval(sweep);
  forget();
}
