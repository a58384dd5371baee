import type { Server } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { createRequire } from 'node:module';
import {
  type FetchHandler,
  fromFetchHandler,
  fromNodeListener,
  type NodeListener,
  type RequestHandler,
} from '@fcgi-js/server';
import { http } from '../node-http.ts';

/** What `createServer` of `@fcgi-js/server` takes of an application. */
export interface Roles {
  readonly authorizer?: RequestHandler;
  readonly filter?: RequestHandler;
  readonly responder?: RequestHandler;
}

/** Something that can be served, and what it is in words: `an Express application`. */
export interface Recognised {
  readonly kind: string;
  /** The function that was exported, where it is one. */
  readonly listener?: NodeListener;
  readonly roles: Roles;
}

/** A value of unknown shape; every property of it may be there or not. */
type Shape = Readonly<Record<string, unknown>>;

const ROLES = ['authorizer', 'filter', 'responder'] as const;

/**
 * Tells what a value is by what it can do, not by its class: the application may have another copy of its framework.
 *
 * @param file of the application, where its framework is looked for
 * @returns `undefined` where it is nothing that can be served
 * @throws what the application throws while it gets ready
 */
export async function recognise(given: unknown, file: string): Promise<Recognised | undefined> {
  const value: unknown = await given;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const shape = value as Shape;
  const found = ofRoles(shape) ?? (await ofFramework(shape, file)) ?? ofFetch(shape);
  if (found !== undefined || typeof value !== 'function') return found ?? ofPart(shape);
  return ofFunction(value as NodeListener & FetchHandler, file);
}

function ofRoles(shape: Shape): Recognised | undefined {
  const given = ROLES.filter((role) => typeof shape[role] === 'function');
  if (given.length === 0) return undefined;
  const roles = Object.fromEntries(given.map((role) => [role, shape[role] as RequestHandler]));
  return { kind: `handlers of FastCGI requests (${given.join(', ')})`, roles };
}

/** The applications that are objects with a method of their own for serving. */
async function ofFramework(shape: Shape, file: string): Promise<Recognised | undefined> {
  if (shape instanceof http.Server || shape instanceof HttpsServer) return ofServer(shape, 'an http server');
  if (has(shape, 'getHttpAdapter', 'init')) {
    await call(shape, 'init');
    return ofListener(
      await call(call(shape, 'getHttpAdapter') as Shape, 'getInstance'),
      'a Nest application',
      file,
    );
  }
  if (has(shape, 'ready', 'routing', 'inject')) {
    await call(shape, 'ready');
    return nodeListener('a Fastify application', shape['routing'] as NodeListener);
  }
  if (has(shape, 'initialize', 'route') && shape['listener'] instanceof http.Server) {
    await call(shape, 'initialize');
    return ofServer(shape['listener'], 'a hapi server');
  }
  if (has(shape, 'callback', 'use') && Array.isArray(shape['middleware'])) {
    return nodeListener('a Koa application', call(shape, 'callback') as NodeListener);
  }
  if (has(shape, 'handler', 'use') && Array.isArray(shape['stack'])) {
    const { toNodeListener } = createRequire(file)('h3') as { toNodeListener(app: unknown): NodeListener };
    return nodeListener('an h3 application', toNodeListener(shape));
  }
  return undefined;
}

function ofFetch(shape: Shape): Recognised | undefined {
  if (!has(shape, 'fetch')) return undefined;
  const fetch = (shape['fetch'] as FetchHandler).bind(shape);
  return { kind: 'a fetch application', roles: { responder: fromFetchHandler(fetch) } };
}

/** Objects that hold what can be served: `handler` of Polka, `server` of Restify. */
function ofPart(shape: Shape): Recognised | undefined {
  const { handler, server } = shape;
  if (typeof handler === 'function' && handler.length >= 2) {
    return nodeListener('an application with a handler', handler.bind(shape) as NodeListener);
  }
  return server instanceof http.Server ? ofServer(server, 'an application with an http server') : undefined;
}

/** By the number of parameters: none makes an application, one takes a `Request`, more are `(req, res)`. */
async function ofFunction(value: NodeListener & FetchHandler, file: string): Promise<Recognised | undefined> {
  if (/^class\b/.test(Function.prototype.toString.call(value))) return undefined;
  if (value.length >= 2) return { ...nodeListener(nameOfListener(value), value), listener: value };
  if (value.length === 1) return { kind: 'a fetch function', roles: { responder: fromFetchHandler(value) } };
  const made: unknown = await Reflect.apply(value, undefined, []);
  if (made instanceof Response) {
    return { kind: 'a fetch function', roles: { responder: fromFetchHandler(value) } };
  }
  // Not once more: a function that makes functions for ever would never come to an end.
  return typeof made === 'function' && made.length === 0 ? undefined : recognise(made, file);
}

/** What an adapter of Nest holds: Express is a listener, Fastify is not. */
async function ofListener(instance: unknown, kind: string, file: string): Promise<Recognised | undefined> {
  const found = await recognise(instance, file);
  return found === undefined ? undefined : { kind, roles: found.roles };
}

function ofServer(server: Server | HttpsServer, kind: string): Recognised {
  return nodeListener(kind, (req, res) => {
    server.emit('request', req, res);
  });
}

/** What a listener for `node:http` is served by. */
export function nodeListener(kind: string, listener: NodeListener): Recognised {
  return { kind, roles: { responder: fromNodeListener(listener) } };
}

function nameOfListener(value: NodeListener): string {
  const shape = value as NodeListener & Shape;
  if (has(shape, 'handle', 'use', 'set')) return 'an Express application';
  return has(shape, 'handle', 'use') ? 'a connect application' : 'a listener (req, res)';
}

function has(shape: Shape, ...methods: readonly string[]): boolean {
  return methods.every((name) => typeof shape[name] === 'function');
}

function call(shape: Shape, method: string): unknown {
  return Reflect.apply(shape[method] as () => unknown, shape, []);
}
