import { Server as HttpsServer } from 'node:https';
import { Server as NetServer } from 'node:net';
import { http } from '../node-http.ts';
import { type Binding, CapturedServer, describeListenArguments } from './captured-server.ts';

/** Told, in words for the operator, what the application opens that is not what it seems. */
export type Notice = (message: string) => void;

type Listen = (this: NetServer, ...args: unknown[]) => NetServer;

/**
 * Keeps the first http server of an application from opening its port. The only place that changes something of
 * Node's own in the process of an application: `net.Server.prototype.listen`, which the servers of `http` and `https`
 * inherit, so that it does not matter when and how a server is made. {@link restore} undoes it.
 */
export class ListenInterception {
  /** The first http server that wants to listen. */
  readonly captured: Promise<CapturedServer>;
  readonly #notice: Notice;
  /** The first, and those that answer as it does. */
  readonly #servers: CapturedServer[] = [];
  #binding: Binding | undefined;
  #exported: unknown;
  #original: Listen | undefined;
  #resolve: (captured: CapturedServer) => void = () => {};

  constructor(notice: Notice) {
    this.#notice = notice;
    this.captured = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Whether an http server has wanted to listen. */
  get hasCaptured(): boolean {
    return this.#servers.length > 0;
  }

  /** Begins to intercept. */
  install(): void {
    const original = NetServer.prototype.listen as Listen;
    const capture = (server: NetServer, args: readonly unknown[]) => this.#capture(server, args);
    this.#original = original;
    replaceListen(function (...args) {
      return capture(this, args) ? this : original.apply(this, args);
    });
  }

  /** Servers listen again as Node does it; those that were captured stay so. */
  restore(): void {
    if (this.#original !== undefined) replaceListen(this.#original);
    this.#original = undefined;
  }

  /** Calls a function whose servers listen as Node does it. */
  pause<Result>(action: () => Result): Result {
    this.restore();
    try {
      return action();
    } finally {
      this.install();
    }
  }

  /** The application has exported what is served: a server that listens with another function is not it. */
  exported(listener: unknown): void {
    this.#exported = listener;
  }

  /** The application is served: its servers say that they listen. */
  bind(binding: Binding): void {
    this.#binding = binding;
    for (const [index, server] of this.#servers.entries()) this.#bindServer(server, index);
  }

  #capture(server: NetServer, args: readonly unknown[]): boolean {
    if (!(server instanceof http.Server || server instanceof HttpsServer)) {
      if (/^Http2/.test(server.constructor.name)) {
        this.#notice(
          `The application opens an HTTP/2 server on ${describeListenArguments(args)}. That is the web server's business: let it use http.createServer() to be served over FastCGI.`,
        );
      }
      return false;
    }
    if (this.#servers.some((captured) => captured.isListening(server))) {
      throw Object.assign(new Error('Listen method has been called more than once without closing.'), {
        code: 'ERR_SERVER_ALREADY_LISTEN',
      });
    }
    if (!this.#isServed(server)) {
      this.#notice(
        `The application also listens on ${describeListenArguments(args)}, which it opens itself: what is served over FastCGI is another server, or what it exports.`,
      );
      return false;
    }
    if (server instanceof HttpsServer) {
      this.#notice(
        "The application listens with TLS. That is the web server's business: its certificate is not used.",
      );
    }
    const captured = new CapturedServer(server, args);
    const index = this.#servers.push(captured) - 1;
    this.#resolve(captured);
    // Never before `listen()` has returned.
    if (this.#binding !== undefined) process.nextTick(() => this.#bindServer(captured, index));
    return true;
  }

  /** The first server; others that answer as it does, such as Fastify makes for each address of `localhost`. */
  #isServed(server: NetServer): boolean {
    const [handler] = server.listeners('request');
    const [first] = this.#servers;
    // Two that have no handler yet are two, and not the same.
    if (first !== undefined) return !first.closed && handler !== undefined && first.handler === handler;
    return this.#exported === undefined || this.#exported === handler;
  }

  /** Closing one of the others leaves the first open. */
  #bindServer(server: CapturedServer, index: number): void {
    const binding = this.#binding;
    if (binding === undefined) return;
    server.bind(index === 0 ? binding : { ...binding, close: () => Promise.resolve() });
  }
}

function replaceListen(listen: Listen): void {
  const descriptor = Object.getOwnPropertyDescriptor(NetServer.prototype, 'listen');
  Object.defineProperty(NetServer.prototype, 'listen', { ...descriptor, value: listen });
}
