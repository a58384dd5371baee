import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { SayOnce } from '../missing-connections.ts';
import { http } from '../node-http.ts';
import { forwardedOf, showForwarded } from './forwarded.ts';
import { refuseUpgrade, wantUpgrade } from './refusals.ts';
import { upgradeTarget } from './upgrade-target.ts';

/** Gives an upgrade to the application; false where it has no listener for upgrades. */
export type TakeUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => boolean;

/** What upgrades are served with. */
export interface UpgradeServerOptions {
  /** Open connections; a further one is closed at once. */
  readonly connections: number;
  /** Whether a peer may connect; `undefined` stands for a Unix socket. */
  readonly mayConnect: (address: string | undefined) => boolean;
  /** The prefix, where the operator has named it. */
  readonly mount: string | undefined;
  readonly sayOnce: SayOnce;
  readonly take: TakeUpgrade;
}

/** Milliseconds after which the system asks whether a web server on another host is still there, as of FastCGI connections. */
const KEEP_ALIVE_DELAY = 60_000;

const NO_LISTENER =
  'A browser asks for a WebSocket, and the application has no listener for the event "upgrade" on the server that is served, so it gets 501. An application that exports a function has no server: call listen(), and attach the WebSocket server to that http.Server.';

/**
 * Listens beside FastCGI for HTTP upgrades alone, and gives them to the application. Upgraded connections are the application's from
 * then on; they are counted here.
 *
 * ```text
 * listening ──close()──> closing ──the last connection ends, or end() closes it──> closed
 * ```
 *
 * A handshake that has come before {@link close} is still taken.
 */
export class UpgradeServer {
  readonly #options: UpgradeServerOptions;
  readonly #closed: Array<Promise<unknown>> = [];
  readonly #servers: Server[] = [];
  readonly #upgraded = new Set<Duplex>();

  constructor(options: UpgradeServerOptions) {
    this.#options = options;
  }

  /** How many upgraded connections are open. */
  get open(): number {
    return this.#upgraded.size;
  }

  /**
   * Listens on a socket, beside those that it has already.
   *
   * @param fd a descriptor on which a socket listens
   */
  async listen(fd: number): Promise<void> {
    const server = http.createServer(
      { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY },
      wantUpgrade,
    );
    server.maxConnections = this.#options.connections;
    server.prependListener('connection', (socket) => {
      if (!this.#options.mayConnect(socket.remoteAddress)) socket.destroy();
    });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    await once(server.listen({ fd }), 'listening');
    this.#servers.push(server);
    this.#closed.push(once(server, 'close'));
  }

  /** Stops accepting. */
  close(): void {
    // That of `http.Server` would close connections that have just come, whose handshake has not been read, as idle. No other is ever
    // idle: each answer closes its connection.
    for (const server of this.#servers) Reflect.apply(NetServer.prototype.close, server, []);
  }

  /**
   * Resolves when no connection is left.
   *
   * @param timeout milliseconds after which the rest is closed
   * @returns how many upgraded connections were closed for that
   */
  async end(timeout: number): Promise<number> {
    this.close();
    const late = new AbortController();
    const { signal } = late;
    const closed = Promise.all(this.#closed);
    const overdue = Number.isFinite(timeout)
      ? delay(timeout, 'overdue', { signal }).catch(() => 'closed')
      : closed;
    const outcome = await Promise.race([closed, overdue]);
    late.abort();
    if (outcome !== 'overdue') return 0;
    const rest = this.open;
    for (const server of this.#servers) server.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
    return rest;
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { mount, sayOnce, take } = this.#options;
    // Node has taken its own listener away: without one, a peer that resets the connection would end this process.
    socket.on('error', () => {});
    const forwarded = forwardedOf(request);
    const { url: whole = '/' } = request;
    const target = upgradeTarget(whole, mount ?? forwarded.prefix ?? '');
    if (target === undefined) {
      refuseUpgrade(socket, '404 Not Found', 'The path lies outside the prefix of the application.');
      return;
    }
    const { baseUrl, url } = target;
    Object.assign(request, { baseUrl, url }, baseUrl === '' ? {} : { originalUrl: whole });
    showForwarded(socket, forwarded);
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    if (take(request, socket, head)) return;
    this.#upgraded.delete(socket);
    sayOnce('upgrade', NO_LISTENER);
    refuseUpgrade(socket, '501 Not Implemented', 'The application takes no upgrades.');
  }
}
