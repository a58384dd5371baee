import type { IncomingMessage } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { ApplicationServers, type PortChoice } from './application-servers.ts';
import { ListenInterception, type Notice } from './listen-interception.ts';
import { loadModule } from './load-module.ts';
import type { Listen } from './made-up-address.ts';
import { hintAtOwnPorts } from './own-port-hint.ts';
import type { Roles } from './recognise.ts';
import { ServedSearch } from './served-search.ts';
import { StartWatch } from './start-watch.ts';
import { StartedElsewhere } from './started-elsewhere.ts';

/** How an application is loaded. */
export interface LoadOptions {
  /** Where it is served, as text: its sockets are others. */
  readonly address?: string;
  /** What it finds in `process.argv` after its own name. */
  readonly args: readonly string[];
  /** Says which of its servers is served. */
  readonly choice: PortChoice;
  /** Its file, absolute. */
  readonly file: string;
  readonly notice: Notice;
  /** Makes of Node's way to open a port that of the application, for what it opens itself. */
  readonly opening?: (listen: Listen) => Listen;
  /** Modules that are loaded before it, found from the working directory; default none. */
  readonly preload?: readonly string[];
  /** Milliseconds that it may take until it exports something or listens. */
  readonly timeout: number;
}

/** An application that is ready to be served. */
export interface Application {
  /** Its servers have been closed: resolves to that in words. */
  readonly ended: Promise<string>;
  /** What it is, in words. */
  readonly kind: string;
  readonly roles: Roles;
  /** The service stops: its servers that are closed now have closed when this resolves. */
  stopping(stopped: Promise<unknown>): void;
  /** Gives it an upgrade; false where it has no listener for upgrades. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean;
  /** Calls a function whose http servers are not the application's: they listen as Node does it. */
  aside<Result>(action: () => Result): Result;
}

/**
 * Runs the file of an application until it is clear what of it is served.
 *
 * @throws NothingToServe where it neither listens nor exports something that can be served, and whatever it throws
 */
export async function loadApplication(options: LoadOptions): Promise<Application> {
  const { address, choice, notice } = options;
  const original = NetServer.prototype.listen as Listen;
  const listen = options.opening?.(original) ?? original;
  const ownPath = address?.replace(/^unix:/, '');
  const servers = new ApplicationServers({ ...choice, listen, notice, ownPath });
  const interception = new ListenInterception(servers, { listen, original }, notice);
  const start = new StartWatch();
  interception.install();
  const elsewhere = new StartedElsewhere(notice);
  hintAtOwnPorts((port) => servers.listening.some((server) => server.port === port), notice);
  const module = loadModule(options);
  try {
    const exported = await new ServedSearch(options, { elsewhere, servers, start }).run(module);
    // Of what the module throws after that, nothing here knows better what to do than Node.
    module.catch((error: unknown) => {
      throw error;
    });
    const { responder } = exported?.roles ?? servers.front;
    if (exported !== undefined && responder !== undefined) {
      servers.serveExport(exported.exported, responder, exported.server);
    }
    return {
      aside: (action) => interception.pause(action),
      ended: servers.ended,
      stopping: (stopped) => servers.stopping(stopped),
      upgrade: (request, socket, head) => servers.upgrade(request, socket, head),
      kind: exported?.kind ?? `its server for ${servers.served}`,
      roles: {
        ...exported?.roles,
        ...(responder === undefined ? {} : { responder: servers.front.responder }),
      },
    };
  } catch (error) {
    interception.restore();
    throw error;
  } finally {
    elsewhere.end();
  }
}
