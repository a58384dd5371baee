import { AsyncResource } from 'node:async_hooks';
import { Role } from '@fcgi-js/protocol';
import { FcgiOptionError } from '@fcgi-js/protocol/options';
import type { FcgiRequest } from './fcgi-request.ts';
import { DEFERRED, isPromise } from './handler-result.ts';
import type { FcgiRequestHandler } from './request-handler.ts';

/** The handlers of a server, one for each role it plays. */
export interface HandlerOptions {
  readonly authorizer?: FcgiRequestHandler | undefined;
  readonly filter?: FcgiRequestHandler | undefined;
  readonly responder?: FcgiRequestHandler | undefined;
}

/** Runs handlers. */
export class Handlers {
  readonly #byRole = new Map<number, FcgiRequestHandler>();

  /** @throws FcgiOptionError where there is no handler */
  constructor(options: HandlerOptions) {
    this.#add(Role.Responder, options.responder);
    this.#add(Role.Authorizer, options.authorizer);
    this.#add(Role.Filter, options.filter);
    if (this.#byRole.size === 0) {
      throw new FcgiOptionError(
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
        request.answer.finish(result);
        return;
      }
      request.handlerRuns = true;
      result.then(
        (status) => {
          if (status === DEFERRED) return;
          request.handlerSettled();
          request.answer.finish(status);
        },
        (error: unknown) => {
          request.handlerSettled();
          request.answer.fail(error);
        },
      );
    } catch (error) {
      request.answer.fail(error);
    }
  }

  #add(role: Role, handler: FcgiRequestHandler | undefined): void {
    if (handler === undefined) return;
    // As a handler it would fail at the first request, with "reading 'setHeader'".
    if (handler.length > 1) {
      throw new FcgiOptionError(
        `createServer(): a handler takes one argument, the request, but this function takes ${handler.length}, as a listener (req, res) or an Express application does. Write { responder: fromNodeListener(app) }.`,
      );
    }
    this.#byRole.set(role, handler);
  }
}
