import { AsyncResource } from 'node:async_hooks';
import { Role } from '@fcgi-js/protocol';
import type { RequestSlots } from './engine/request-slots.ts';
import type { FcgiRequest } from './request/fcgi-request.ts';
import { DEFERRED, isPromise, type RequestHandler } from './request-handler.ts';

/** The handlers of a server, one for each role it plays. */
export interface HandlerOptions {
  readonly authorizer?: RequestHandler;
  readonly filter?: RequestHandler;
  readonly responder?: RequestHandler;
}

/** After this many milliseconds a handler that goes on after its request was aborted no longer counts. */
const ORPHAN_TIME = 30_000;

/** Runs handlers, and knows which of them still run. */
export class Handlers {
  readonly #byRole = new Map<number, RequestHandler>();
  readonly #slots: RequestSlots;
  readonly #orphans = new Map<FcgiRequest, NodeJS.Timeout>();

  /** @throws TypeError where there is no handler */
  constructor(options: HandlerOptions, slots: RequestSlots) {
    this.#slots = slots;
    this.#add(Role.Responder, options.responder);
    this.#add(Role.Authorizer, options.authorizer);
    this.#add(Role.Filter, options.filter);
    if (this.#byRole.size === 0) {
      throw new TypeError(
        'createServer() needs a handler for a role, usually { responder: fromNodeListener(app) }.',
      );
    }
  }

  /** Whether there is a handler for a role. */
  has(role: number): boolean {
    return this.#byRole.has(role);
  }

  /** Hands a request to the handler of its role. */
  dispatch(request: FcgiRequest): void {
    try {
      const handler = this.#byRole.get(request.role)!;
      // Otherwise what a handler enters with AsyncLocalStorage stays for the next request of its connection, which
      // may be another user's.
      const result = new AsyncResource('FCGI_REQUEST').runInAsyncScope(handler, undefined, request);
      if (result === DEFERRED) return;
      if (!isPromise(result)) {
        request.finish(result);
        return;
      }
      request.handlerRuns = true;
      result.then(
        (status) => {
          this.#settled(request);
          if (status !== DEFERRED) request.finish(status);
        },
        (error: unknown) => {
          this.#settled(request);
          request.fail(error);
        },
      );
    } catch (error) {
      request.fail(error);
    }
  }

  /**
   * A request was aborted or lost. As long as its handler goes on it counts against the limit of requests:
   * otherwise whoever begins and aborts requests makes any number of handlers run. But not for ever, because a
   * handler may wait for something that will never come.
   */
  abandon(request: FcgiRequest): void {
    if (!request.handlerRuns) return;
    this.#slots.orphans += 1;
    this.#orphans.set(request, setTimeout(() => this.#release(request), ORPHAN_TIME).unref());
  }

  #add(role: Role, handler: RequestHandler | undefined): void {
    if (handler !== undefined) this.#byRole.set(role, handler);
  }

  #settled(request: FcgiRequest): void {
    request.handlerRuns = false;
    this.#release(request);
  }

  #release(request: FcgiRequest): void {
    if (this.#slots.orphans === 0) return;
    // A timer keeps its request: one that went on ticking would keep it long after its handler has ended.
    clearTimeout(this.#orphans.get(request));
    if (this.#orphans.delete(request)) this.#slots.orphans -= 1;
  }
}
