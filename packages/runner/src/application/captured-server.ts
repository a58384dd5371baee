import { lookup } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { NodeServer } from '@fcgi-js/server';
import { emitUpgrade } from './emit-upgrade.ts';
import { describeTarget, type ListenTarget, openArguments } from './listen-arguments.ts';
import { type Listen, madeUpAddress } from './made-up-address.ts';
import type { PathStandIn } from './path-stand-in.ts';

type Callback = (...args: unknown[]) => void;

/**
 * What a captured server is to its application.
 *
 * ```text
 * opening ──its host has been looked up──> listening ──close()──> closing ──its last request──> closed
 *  │  ^                                     │   ^                    │                            │
 *  │  │                                     │   └──listen(), no host─┴────────────────────────────┤
 *  │  └─────────────────────────────────────│──────────────────────listen(), a host──────────────┤
 *  ├──close()───────────────────────────────│────────────────────────────────────────────────────>┘
 *  └──open()──> opened <──open()────────────┘
 * ```
 *
 * `opened`: Node has opened its port, and it is captured no more.
 */
export type CaptureState = 'closed' | 'closing' | 'listening' | 'opened' | 'opening';

/** What is known of a captured server. */
export interface CaptureWatch {
  /**
   * The application has closed it.
   *
   * @returns what its `close` event waits for beside its requests
   */
  closed(server: CapturedServer): Promise<unknown> | undefined;
  /** Opens a port. */
  readonly listen: Listen;
}

/**
 * A server of `node:http` that wants to listen, and for its application does: its `listening`, `address()`, `close()`
 * and so on answer as if its port were open, but its requests come over FastCGI.
 */
export class CapturedServer {
  readonly server: NodeServer;
  state: CaptureState = 'closed';
  /** Whether the application has said that this server alone does not keep its process running. */
  isUnreferenced = false;
  /** That it has once it listens. */
  #address: AddressInfo | string | null = null;
  #args: readonly unknown[] = [];
  /** Whether `close` waits for more than the requests. */
  #isHeld = false;
  #isOverridden = false;
  /** What stands in the place of Node's own members. */
  #overrides: PropertyDescriptorMap = {};
  /** Those of requests, and those that an upgrade has given to the application. */
  readonly #sockets = new Set<Socket>();
  readonly #upgraded = new Set<Socket>();
  #standIn: PathStandIn | undefined;
  #target: ListenTarget = { kind: 'handle' };
  readonly #watch: CaptureWatch;

  constructor(server: NodeServer, watch: CaptureWatch) {
    this.server = server;
    this.#watch = watch;
  }

  /** What the application asked for. */
  get target(): ListenTarget {
    return this.#target;
  }

  /** What no other server can listen on; like {@link target}, with the port that the system would have chosen. */
  get occupied(): ListenTarget {
    const { port, target } = this;
    return target.kind === 'port' && port !== undefined ? { ...target, port } : target;
  }

  /** The port that the application believes to be open; undefined for a path. */
  get port(): number | undefined {
    return typeof this.#address === 'object' ? this.#address?.port : undefined;
  }

  /** In words: `port 3000`. */
  get wanted(): string {
    return describeTarget(this.#target);
  }

  /** The functions that answer its requests. */
  get handlers(): readonly unknown[] {
    return this.server.listeners('request');
  }

  /**
   * Listens, as far as the application can see.
   *
   * @param args what `listen()` was called with
   * @param standIn what stands for a path until the server is closed
   */
  listen(args: readonly unknown[], target: ListenTarget, standIn: PathStandIn | undefined): void {
    const { server } = this;
    this.#args = args;
    this.#target = target;
    this.#standIn = standIn;
    const address = madeUpAddress(target, this.#watch.listen);
    this.#address = address;
    this.state = 'opening';
    this.#override();
    const callback = args.find((argument) => typeof argument === 'function');
    if (callback !== undefined) server.once('listening', callback as Callback);
    signalOf(args)?.addEventListener('abort', () => server.close(), { once: true });
    if (target.kind !== 'port' || target.host === undefined) {
      this.#begin();
      return;
    }
    // A server of Node does not listen before that, even where the host is an address.
    lookup(target.host, (_error, found, family) => {
      if (this.state !== 'opening' || this.#address !== address) return;
      // A host that is not known here may be where the web server is: nothing is opened.
      if (typeof address === 'object' && found !== undefined) {
        Object.assign(address, { address: found, family: family === 6 ? 'IPv6' : 'IPv4' });
      }
      this.#begin();
    });
  }

  #begin(): void {
    const { server } = this;
    this.state = 'listening';
    // In a turn of its own, as in Node: what a listener throws is the application's, and stops nothing here.
    process.nextTick(() => {
      if (this.state === 'listening' || this.state === 'opened') server.emit('listening');
    });
  }

  /** Emits an upgrade, as if it had come from its port. Its connection counts until it is closed, and a `close()` waits for it. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#upgraded.add(socket);
    socket.once('close', () => {
      this.#upgraded.delete(socket);
      this.#endIfIdle();
    });
    emitUpgrade(this.server, request, socket, head);
  }

  /** Has Node open the port. An application that has been told that it listens is not told again. */
  open(): void {
    const { server } = this;
    if (this.state === 'listening') this.#keepQuiet();
    this.state = 'opened';
    this.#restore();
    this.#standIn?.remove();
    Reflect.apply(this.#watch.listen, server, openArguments(this.#args, this.port));
    if (this.isUnreferenced) server.unref();
  }

  #keepQuiet(): void {
    const { server } = this;
    const { emit } = server;
    const isOwn = Object.hasOwn(server, 'emit');
    const restoreEmit = () => {
      if (isOwn) server.emit = emit;
      else Reflect.deleteProperty(server, 'emit');
    };
    // The first event says whether it could.
    server.emit = (event: string | symbol, ...values: unknown[]) => {
      if (event === 'listening' || event === 'error') restoreEmit();
      return event === 'listening' ? false : Reflect.apply(emit, server, [event, ...values]);
    };
  }

  #override(): void {
    if (this.#isOverridden) return;
    this.#isOverridden = true;
    const { server } = this;
    const keep = (isUnreferenced: boolean) => () => {
      this.isUnreferenced = isUnreferenced;
      return server;
    };
    const methods: Record<PropertyKey, (...args: unknown[]) => unknown> = {
      address: () => (this.state === 'opening' ? null : this.#address),
      close: (callback) => {
        this.#close(callback as Callback | undefined);
        return server;
      },
      closeAllConnections: () => {
        for (const socket of this.#sockets) socket.destroy();
      },
      // Idle connections belong to the web server, which keeps them for its next request.
      closeIdleConnections: () => {},
      getConnections: (callback) => {
        process.nextTick(callback as Callback, null, this.#sockets.size + this.#upgraded.size);
        return server;
      },
      ref: keep(false),
      unref: keep(true),
      // That of `net.Server` looks for a handle, and finds none.
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
    };
    for (const key of Reflect.ownKeys(methods)) {
      this.#overrides[key] = { configurable: true, value: methods[key as string], writable: true };
    }
    this.#overrides['listening'] = { configurable: true, get: () => this.state === 'listening' };
    Object.defineProperties(server, this.#overrides);
    server.on('connection', this.#connected);
  }

  #restore(): void {
    this.#isOverridden = false;
    const { server } = this;
    for (const key of Reflect.ownKeys(this.#overrides)) Reflect.deleteProperty(server, key);
    this.#overrides = {};
    server.off('connection', this.#connected);
  }

  readonly #connected = (socket: Socket): void => {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#endIfIdle();
    });
  };

  #close(callback: Callback | undefined): void {
    const { server } = this;
    if (typeof callback === 'function') {
      if (this.state === 'listening') server.once('close', callback);
      else server.once('close', () => callback(notRunning()));
    }
    if (this.state !== 'listening' && this.state !== 'opening') return;
    this.state = 'closing';
    this.#address = null;
    this.#standIn?.remove();
    const held = this.#watch.closed(this);
    this.#isHeld = held !== undefined;
    void held?.then(() => {
      this.#isHeld = false;
      this.#endIfIdle();
    });
    this.#endIfIdle();
  }

  #endIfIdle(): void {
    if (this.state !== 'closing' || this.#isHeld || this.#sockets.size + this.#upgraded.size > 0) return;
    this.state = 'closed';
    this.#restore();
    // Node's own finds nothing open, stops its timers, and emits the event.
    (this.server as NetServer).close();
  }
}

function notRunning(): Error {
  return Object.assign(new Error('Server is not running.'), { code: 'ERR_SERVER_NOT_RUNNING' });
}

function signalOf([first]: readonly unknown[]): AbortSignal | undefined {
  if (typeof first !== 'object' || first === null || !('signal' in first)) return undefined;
  return first.signal instanceof AbortSignal ? first.signal : undefined;
}
