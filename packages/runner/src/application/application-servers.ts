import type { IncomingMessage } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FcgiRequestHandler, fromNodeListener, type NodeServer } from '@fcgi-js/server';
import { askForHttp } from './ask-for-http.ts';
import { CapturedServer } from './captured-server.ts';
import { emitUpgrade } from './emit-upgrade.ts';
import { describeTarget, isSameTarget, type ListenTarget } from './listen-arguments.ts';
import type { ListenJudge, Notice } from './listen-interception.ts';
import type { Listen } from './made-up-address.ts';
import { PathStandIn } from './path-stand-in.ts';
import { isSameApplication, sideSign } from './rank-servers.ts';
import { RequestFront } from './request-front.ts';

/** What says which server of an application is served. */
export interface PortChoice {
  /** The option, for messages: `--port`. */
  readonly flag: string;
  /** The port that its server asks for; `none` where it listens on none, and its export is served. */
  readonly port?: number | 'none';
}

/** What {@link ApplicationServers} are made with. */
export interface ApplicationServersOptions extends PortChoice {
  /** Paths of Unix sockets that are not the application's. */
  readonly ownPath: string | undefined;
  /** Node's own. */
  readonly listen: Listen;
  readonly notice: Notice;
}

/** Milliseconds that an application has between closing its server and listening again. */
const GAP = 2_000;

/**
 * The http servers of an application: which of them are captured, which one is served, and what becomes of the others.
 *
 * ```text
 * undecided ──choose(), serveExport()──> served ──all closed──> between ──GAP──> ended
 *                                          ^                       │
 *                                          └───────listen()────────┘
 * ```
 */
export class ApplicationServers implements ListenJudge {
  readonly front = new RequestFront();
  /** Resolves when nothing has listened for a while, to the reason in words. */
  readonly ended: Promise<string>;
  /** A server listens, or listens no longer. */
  onChange = () => {};
  /** Those that the application opens itself because they are not the one that was named. */
  readonly openedPorts: number[] = [];
  readonly #byServer = new WeakMap<NodeServer, CapturedServer>();
  /** All that listen for the application, in this order. */
  readonly #listening = new Set<CapturedServer>();
  /** Those that are the application that is served; they may have been closed. */
  readonly #served: CapturedServer[] = [];
  #state: 'between' | 'ended' | 'served' | 'undecided' = 'undecided';
  #exported: unknown;
  /** That of what is exported, on which it listens for upgrades. */
  #exportedServer: NodeServer | undefined;
  /** The service stops, until this resolves. */
  #stopped: Promise<unknown> | undefined;
  #end: (reason: string) => void = () => {};
  readonly #options: ApplicationServersOptions;

  constructor(options: ApplicationServersOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Those that listen, as far as the application can see. */
  get listening(): readonly CapturedServer[] {
    return [...this.#listening];
  }

  /** What the server that is served asked for, in words. */
  get served(): string {
    return this.#served[0]?.wanted ?? '';
  }

  capture(server: NodeServer, args: readonly unknown[], target: ListenTarget): boolean {
    const { listen, notice } = this.#options;
    const captured =
      this.#byServer.get(server) ??
      new CapturedServer(server, { closed: (closed) => this.#closed(closed), listen });
    this.#byServer.set(server, captured);
    if (captured.state === 'listening') throw alreadyListens();
    if (captured.state === 'opened') return false;
    if (this.#isTaken(captured, target)) {
      process.nextTick(() => server.emit('error', addressInUse(target)));
      return true;
    }
    if (!this.#isWanted(captured, target)) {
      notice(this.#aside(target));
      captured.state = 'opened';
      if (target.kind === 'port') this.openedPorts.push(target.port);
      return false;
    }
    captured.listen(args, target, this.#standIn(target));
    this.#listening.add(captured);
    if (this.#state !== 'undecided') this.#serve(captured);
    this.onChange();
    return true;
  }

  /** Serves a server, and those that answer as it does; Node opens the ports of the others. */
  choose(best: CapturedServer, reason: string | undefined): void {
    const { flag, notice } = this.#options;
    const isServed = (captured: CapturedServer) => isSameApplication(best, captured);
    const others = this.listening.filter((captured) => !isServed(captured));
    if (others.length > 0) {
      const names = others.map(({ wanted }) => wanted);
      notice(
        `The application listens more than once. Served is its server for ${best.wanted}${reason === undefined ? '' : `, because ${reason}`}; it opens ${names.join(' and ')} itself. To serve another one, name its port: ${flag} ${portOf(others) ?? 'PORT'}`,
      );
    }
    if (best.server instanceof HttpsServer) {
      notice(
        "The application listens with TLS. That is the web server's business: its certificate is not used.",
      );
    }
    this.#serve(best);
    for (const captured of this.listening.filter(isServed)) this.#served.push(captured);
    for (const captured of others) {
      this.#listening.delete(captured);
      captured.open();
    }
  }

  /** Node opens the ports of all: what the application exports is served. */
  openAll(): void {
    for (const captured of this.listening) {
      this.#options.notice(this.#aside(captured.target));
      this.#listening.delete(captured);
      captured.open();
    }
  }

  /**
   * Serves what the application has exported.
   *
   * @param exported the function or server, by which one that listens later is known for the same
   * @param server the one of the application, where it has one that does not listen
   */
  serveExport(exported: unknown, handler: FcgiRequestHandler, server?: NodeServer): void {
    this.#exported = exported;
    this.#exportedServer = server;
    this.#state = 'served';
    this.front.serve(handler);
  }

  /** Gives an upgrade to the server that is served; false where it has no listener for upgrades. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    const captured = this.#served.find(({ server, state }) => state === 'listening' && hearsUpgrades(server));
    if (captured !== undefined) captured.upgrade(request, socket, head);
    else if (hearsUpgrades(this.#exportedServer)) emitUpgrade(this.#exportedServer, request, socket, head);
    else return false;
    return true;
  }

  /** The service stops: a server that the application closes has closed when that is done. */
  stopping(stopped: Promise<unknown>): void {
    this.#stopped = stopped;
  }

  #serve(captured: CapturedServer): void {
    this.#state = 'served';
    if (!this.#served.includes(captured)) this.#served.push(captured);
    askForHttp();
    this.front.serve(fromNodeListener(captured.server));
  }

  #closed(captured: CapturedServer): Promise<unknown> | undefined {
    this.#listening.delete(captured);
    this.onChange();
    if (!this.#served.includes(captured) || this.#state !== 'served') return undefined;
    const [next] = this.#served.filter(({ state }) => state === 'listening');
    if (next !== undefined) {
      this.front.serve(fromNodeListener(next.server));
      return undefined;
    }
    this.#waitForNext(captured);
    // The same signal may have told this process to stop: some applications repeat it when they have closed.
    return nextTurn().then(() => this.#stopped);
  }

  #waitForNext(closed: CapturedServer): void {
    this.#state = 'between';
    this.front.suspend();
    setTimeout(() => {
      if (this.#state !== 'between') return;
      this.#state = 'ended';
      this.front.end();
      this.#end(
        `The application has closed its server for ${closed.wanted}, and has not listened again within ${GAP / 1000} s.`,
      );
    }, GAP).unref();
  }

  #isWanted(captured: CapturedServer, target: ListenTarget): boolean {
    const { port } = this.#options;
    const isOnPort = target.kind === 'port' && target.port === port;
    if (this.#state === 'undecided') return port === undefined || isOnPort;
    const isExported =
      this.#exported !== undefined && [captured.server, captured.handlers[0]].includes(this.#exported);
    if (isExported || this.#served.some((served) => isSameApplication(served, captured))) return true;
    if (this.#state === 'served') return false;
    if (port !== undefined) return isOnPort;
    return (
      this.#served.some((served) => isSameTarget(served.target, target)) || sideSign(captured) === undefined
    );
  }

  /** As if another server had the port. */
  #isTaken(captured: CapturedServer, target: ListenTarget): boolean {
    return this.listening.some((other) => other !== captured && isSameTarget(other.occupied, target));
  }

  #aside(target: ListenTarget): string {
    const { flag, port } = this.#options;
    const wanted = describeTarget(target);
    const [served] = this.#served;
    const what =
      served === undefined ? 'what it exports, or another server' : `its server for ${served.wanted}`;
    const remedy =
      target.kind === 'port' && target.port > 0 && port !== target.port
        ? ` To serve this one instead: ${flag} ${target.port}`
        : '';
    return `The application also listens on ${wanted}, which it opens itself; served over FastCGI is ${what}.${remedy}`;
  }

  #standIn(target: ListenTarget): PathStandIn | undefined {
    const { notice, ownPath } = this.#options;
    if (target.kind !== 'path' || target.path === ownPath) return undefined;
    notice(
      `The application listens on "${target.path}". No socket is opened there: it is served where --listen says. An empty file is there for chmod() and the like.`,
    );
    return PathStandIn.create(target.path);
  }
}

function hearsUpgrades(server: NodeServer | undefined): server is NodeServer {
  return server !== undefined && server.listenerCount('upgrade') > 0;
}

function portOf(servers: readonly CapturedServer[]): number | undefined {
  for (const { target } of servers) if (target.kind === 'port' && target.port > 0) return target.port;
  return undefined;
}

function alreadyListens(): Error {
  return Object.assign(new Error('Listen method has been called more than once without closing.'), {
    code: 'ERR_SERVER_ALREADY_LISTEN',
  });
}

/** What Node says of a port that another server has. */
function addressInUse(target: ListenTarget): Error {
  const { address, port } =
    target.kind === 'port'
      ? { address: target.host ?? '::', port: target.port }
      : { address: target.kind === 'path' ? target.path : '', port: -1 };
  const where = port === -1 ? address : `${address}:${port}`;
  return Object.assign(new Error(`listen EADDRINUSE: address already in use ${where}`), {
    address,
    code: 'EADDRINUSE',
    port,
    syscall: 'listen',
  });
}
