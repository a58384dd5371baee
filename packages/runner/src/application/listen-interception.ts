import { Server as HttpsServer } from 'node:https';
import { Server as NetServer } from 'node:net';
import type { NodeServer } from '@fcgi-js/server';
import { http } from '../node-http.ts';
import { describeTarget, type ListenTarget, readListenArguments } from './listen-arguments.ts';
import type { Listen } from './made-up-address.ts';

/** Told, in words for the operator, what the application opens that is not what it seems. */
export type Notice = (message: string) => void;

/** Decides about servers that want to listen. */
export interface ListenJudge {
  /**
   * @param args what `listen()` was called with
   * @param target what that asks for
   * @returns whether the server is captured; otherwise Node opens its port
   */
  capture(server: NodeServer, args: readonly unknown[], target: ListenTarget): boolean;
}

/**
 * Keeps http servers of an application from opening their ports. The only place that changes something of Node's own in
 * the process of an application: `net.Server.prototype.listen`, which the servers of `http` and `https` inherit, so that
 * it does not matter when and how a server is made. {@link restore} undoes it.
 */
export class ListenInterception {
  readonly #judge: ListenJudge;
  readonly #listen: Listen;
  readonly #notice: Notice;
  readonly #original: Listen;

  /** @param ways Node's own way to listen, and the one for servers that the application opens itself */
  constructor(
    judge: ListenJudge,
    ways: { readonly listen: Listen; readonly original: Listen },
    notice: Notice,
  ) {
    this.#judge = judge;
    this.#listen = ways.listen;
    this.#original = ways.original;
    this.#notice = notice;
  }

  /** Begins to intercept. */
  install(): void {
    const listen = this.#listen;
    const capture = (server: NetServer, args: readonly unknown[]) => this.#capture(server, args);
    replaceListen(function (...args) {
      return capture(this, args) ? this : Reflect.apply(listen, this, args);
    });
  }

  /** Servers listen again as Node does it; those that were captured stay so. */
  restore(): void {
    replaceListen(this.#original);
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

  #capture(server: NetServer, args: readonly unknown[]): boolean {
    const target = readListenArguments(args);
    if (target === undefined) return false;
    if (server instanceof http.Server || server instanceof HttpsServer) {
      return this.#judge.capture(server, args, target);
    }
    if (/^Http2/.test(server.constructor.name)) {
      this.#notice(
        `The application opens an HTTP/2 server on ${describeTarget(target)}. HTTP/2 is spoken by the web server: use http.createServer() for what is to be served over FastCGI.`,
      );
    }
    return false;
  }
}

function replaceListen(listen: Listen): void {
  const descriptor = Object.getOwnPropertyDescriptor(NetServer.prototype, 'listen');
  Object.defineProperty(NetServer.prototype, 'listen', { ...descriptor, value: listen });
}
