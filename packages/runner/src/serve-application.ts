import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  createServer,
  DEFAULT_LIMITS,
  type FcgiServer,
  FcgiServerError,
  type FcgiServerStats,
  type ListenOptions,
  type ServerLimits,
  UnixSocketFile,
} from '@fcgi-js/server';
import type { Additions, TrialGateway } from './additions.ts';
import type { Application } from './application/load-application.ts';
import { defined } from './defined.ts';
import type { SayOnce } from './missing-connections.ts';
import { paramsTransform } from './options/params-fixes.ts';
import { UpgradeServer } from './upgrades/upgrade-server.ts';

/** Where and how an application is served. */
export interface ServeOptions {
  /** Where the application is served as others see it, if not where it listens. */
  readonly address?: string;
  /** Addresses that may connect over TCP. */
  readonly allow?: readonly string[];
  readonly backlog?: number;
  readonly limits?: ServerLimits;
  /** A listen address of `@fcgi-js/server`. */
  readonly listen: string;
  readonly mount?: string;
  /** Where it is said that requests were cut off at the end. */
  readonly notice: (message: string) => void;
  readonly openGateway?: NonNullable<Additions['openGateway']>;
  /** Names of fixes, and absolute paths of modules. */
  readonly params?: readonly string[];
  /** Seconds that a request may take; before the one of {@link limits}. */
  readonly requestTimeout?: number;
  readonly socketGroup?: string;
  readonly socketMode?: number;
  readonly socketOwner?: string;
  /** Seconds that what is under way has when it stops, for messages. */
  readonly stopTimeout: number;
  /** The socket for HTTP upgrades. Without it, they are not served. */
  readonly upgrades?: UpgradeSocket;
}

/** A socket that listens for HTTP upgrades. */
export interface UpgradeSocket {
  readonly fd: number;
  readonly sayOnce: SayOnce;
}

/** An application that is being served. */
export interface Service {
  /** Where, as text: a listen address, or the URL of the gateway that was opened for want of one. */
  readonly address: string;
  /** The application has closed its server, and the requests under way have ended: resolves to that in words. */
  readonly closed: Promise<string>;
  /** Whether the file of its Unix socket has gone, and not by {@link stop}. */
  isGone(): boolean;
  /**
   * Opens the address that it is served on once more, because the file of its socket has gone.
   *
   * @throws FcgiServerError with what to do, where it cannot be listened on
   */
  listenAgain(): Promise<void>;
  /** Figures of its server. */
  stats(): FcgiServerStats;
  /**
   * Resolves when no upgraded connection is left, or the rest has been closed after so many milliseconds. {@link stop} only stops
   * accepting them.
   */
  endUpgrades(timeout: number): Promise<void>;
  /** Listens for upgrades on another socket, too, because the file of the first has gone. */
  listenForUpgrades(fd: number): Promise<void>;
  /** How many upgraded connections are open. */
  openUpgrades(): number;
  /** Serves a connection that another process has left or accepted, if it comes from where one may. */
  accept(connection: Socket): void;
  /**
   * Stops accepting; resolves when the requests under way have ended, or after so many milliseconds.
   *
   * @param handOver takes over kept connections, which are closed without it
   * @param onListenersClosed told when it has stopped accepting
   */
  stop(
    timeout: number,
    handOver?: (connection: Duplex) => void,
    onListenersClosed?: () => void,
  ): Promise<void>;
}

/**
 * Serves an application.
 *
 * @throws FcgiServerError with what to do, where the address cannot be listened on
 */
export async function serveApplication(application: Application, options: ServeOptions): Promise<Service> {
  const { allow, limits, mount, notice, requestTimeout, stopTimeout } = options;
  const params = options.params && (await paramsTransform(options.params));
  const server = createServer({
    ...application.roles,
    ...defined({ allow, mount, params }),
    limits: { ...limits, ...(requestTimeout === undefined ? {} : { requestTimeout: requestTimeout * 1000 }) },
  });
  const { address: opened, gateway } = await open(server, application, options);
  const { address = opened } = options;
  const upgrades = options.upgrades && (await openUpgrades(server, application, options, options.upgrades));
  let file = socketFile(address);
  let hasEnded = false;
  const sayWhatIsCut = (timeout: number) => {
    const { activeRequests: count } = server.stats();
    if (count === 0) return;
    const requests = count === 1 ? '1 request was' : `${count} requests were`;
    notice(
      `${requests} cut off: not over ${timeout / 1000} s after this process was to stop. For longer ones, raise --stop-timeout`,
    );
  };
  const end: Service['stop'] = async (timeout, handOver, onListenersClosed) => {
    const deadline = performance.now() + timeout;
    upgrades?.close();
    await gateway?.close(timeout);
    const remaining = Math.max(deadline - performance.now(), 0);
    // Set before that of the server, so that it sees what the server is about to cut off.
    const cutting = Number.isFinite(remaining) ? setTimeout(sayWhatIsCut, remaining, timeout) : undefined;
    await server.close({ timeout: remaining, ...defined({ handOver, onListenersClosed }) });
    hasEnded = true;
    clearTimeout(cutting);
  };
  const stop: Service['stop'] = (timeout, handOver, onListenersClosed) => {
    file = undefined;
    const stopped = end(timeout, handOver, onListenersClosed);
    application.stopping(stopped);
    return stopped;
  };
  const closed = application.ended.then(async (reason) => {
    await stop(Number.POSITIVE_INFINITY);
    return reason;
  });
  return {
    address,
    closed,
    accept: (connection) => {
      if (!hasEnded && server.mayConnect(connection.remoteAddress)) server.accept(connection);
      else connection.destroy();
    },
    isGone: () => file?.isGone() ?? false,
    listenAgain: async () => {
      await application.aside(() => server.listen(address, listenOptions(options)));
      file = socketFile(address);
    },
    endUpgrades: async (timeout) => {
      const count = (await upgrades?.end(timeout)) ?? 0;
      if (count === 0) return;
      const connections = count === 1 ? '1 upgraded connection was' : `${count} upgraded connections were`;
      notice(
        `${connections} closed: still open ${stopTimeout} s after this process was to stop. For longer ones, raise --stop-timeout`,
      );
    },
    listenForUpgrades: async (fd) => application.aside(() => upgrades?.listen(fd)),
    openUpgrades: () => upgrades?.open ?? 0,
    stats: () => server.stats(),
    stop,
  };
}

async function openUpgrades(
  server: FcgiServer,
  application: Application,
  { limits, mount }: ServeOptions,
  { fd, sayOnce }: UpgradeSocket,
): Promise<UpgradeServer> {
  const upgrades = new UpgradeServer({
    connections: limits?.connections ?? DEFAULT_LIMITS.connections,
    mayConnect: (address) => server.mayConnect(address),
    mount,
    sayOnce,
    take: (request, socket, head) => application.upgrade(request, socket, head),
  });
  await application.aside(() => upgrades.listen(fd));
  return upgrades;
}

async function open(
  server: FcgiServer,
  application: Application,
  options: ServeOptions,
): Promise<{ address: string; gateway?: TrialGateway }> {
  const { listen, mount, openGateway } = options;
  try {
    return { address: await server.listen(listen, listenOptions(options)) };
  } catch (error) {
    const isTrial = error instanceof FcgiServerError && error.code === 'FCGI_LISTEN_SOCKET_MISSING';
    if (!isTrial || listen !== 'auto' || openGateway === undefined) throw error;
    const { aside } = application;
    const gateway = await openGateway({ aside, listen: (path) => server.listen(path), mount });
    return { address: gateway.url, gateway };
  }
}

function listenOptions({ backlog, socketGroup, socketMode, socketOwner }: ServeOptions): ListenOptions {
  return defined({ backlog, group: socketGroup, mode: socketMode, owner: socketOwner });
}

function socketFile(address: string): UnixSocketFile | undefined {
  return address.startsWith('unix:') ? new UnixSocketFile(address.slice('unix:'.length)) : undefined;
}
