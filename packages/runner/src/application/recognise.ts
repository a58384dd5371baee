import { Server as HttpsServer } from 'node:https';
import { createRequire } from 'node:module';
import {
  type FcgiRequestHandler,
  type FetchHandler,
  fromFetchHandler,
  fromNodeListener,
  type NodeListener,
  type NodeServer,
} from '@fcgi-js/server';
import { http } from '../node-http.ts';
import { askForHttp } from './ask-for-http.ts';
import { kindOfFunction } from './kind-of-function.ts';

/** What `createServer` of `@fcgi-js/server` takes of an application. */
export interface Roles {
  readonly authorizer?: FcgiRequestHandler;
  readonly filter?: FcgiRequestHandler;
  readonly responder?: FcgiRequestHandler;
}

/** Something that can be served, and what it is in words: `an Express application`. */
export interface Recognised {
  readonly kind: string;
  /** The function or server that was exported, where it is one of Node's kind. */
  readonly exported?: NodeListener | NodeServer;
  readonly roles: Roles;
  /** The server on which it listens for upgrades, where it has made one. */
  readonly server?: NodeServer;
}

/** A value of unknown shape; every property of it may be there or not. */
type Shape = Readonly<Record<string, unknown>>;

const ROLES = ['authorizer', 'filter', 'responder'] as const;

/**
 * Tells what a value is by what it can do, not by its class: the application may have another copy of its framework.
 *
 * @param file of the application, where its framework is looked for
 * @param name that it was exported by
 * @returns `undefined` where it is nothing that can be served
 * @throws what the application throws while it gets ready
 */
export async function recognise(
  given: unknown,
  file: string,
  name = 'default',
): Promise<Recognised | undefined> {
  const value: unknown = await given;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const shape = value as Shape;
  const found = ofRoles(shape) ?? (await ofFramework(shape, file)) ?? ofFetch(shape);
  if (found !== undefined || typeof value !== 'function') return found ?? ofPart(shape);
  return ofFunction(value as NodeListener & FetchHandler, shape, name);
}

function ofRoles(shape: Shape): Recognised | undefined {
  const given = ROLES.filter((role) => typeof shape[role] === 'function');
  if (given.length === 0) return undefined;
  const roles = Object.fromEntries(given.map((role) => [role, shape[role] as FcgiRequestHandler]));
  return { kind: `handlers of FastCGI requests (${given.join(', ')})`, roles };
}

/** The applications that are objects with a method of their own for serving. */
async function ofFramework(shape: Shape, file: string): Promise<Recognised | undefined> {
  if (shape instanceof http.Server || shape instanceof HttpsServer)
    return { ...nodeListener('an http server', shape), server: shape };
  if (has(shape, 'getHttpAdapter', 'init')) {
    await call(shape, 'init');
    const adapter = call(shape, 'getHttpAdapter') as Shape;
    const found = await ofListener(await call(adapter, 'getInstance'), 'a Nest application', file);
    return withServer(found, has(adapter, 'getHttpServer') ? call(adapter, 'getHttpServer') : undefined);
  }
  if (has(shape, 'ready', 'routing', 'inject')) {
    await call(shape, 'ready');
    return withServer(
      nodeListener('a Fastify application', shape['routing'] as NodeListener),
      shape['server'],
    );
  }
  const { listener } = shape;
  if (has(shape, 'initialize', 'route') && listener instanceof http.Server) {
    await call(shape, 'initialize');
    return { ...nodeListener('a hapi server', listener), server: listener };
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
  if (typeof handler === 'function' && handler.length >= 2 && has(shape, 'use', 'listen')) {
    return nodeListener('an application with a handler', handler.bind(shape) as NodeListener);
  }
  return server instanceof http.Server
    ? { ...nodeListener('an application with an http server', server), server }
    : undefined;
}

/** A function is not called to find out what it is: it may be the start of the application, or a job. */
function ofFunction(value: NodeListener & FetchHandler, shape: Shape, name: string): Recognised | undefined {
  const isFramework = has(shape, 'handle', 'use');
  const kind = isFramework ? 'listener' : kindOfFunction(value, name);
  if (kind === 'listener')
    return nodeListener(isFramework ? nameOfFramework(shape) : 'a listener (req, res)', value);
  return kind === 'fetch'
    ? { kind: 'a fetch function', roles: { responder: fromFetchHandler(value) } }
    : undefined;
}

/** What an adapter of Nest holds: Express is a listener, Fastify is not. */
async function ofListener(instance: unknown, kind: string, file: string): Promise<Recognised | undefined> {
  const found = await recognise(instance, file);
  return found === undefined ? undefined : { ...found, kind };
}

/** What has been found, with the server that its framework has made. */
function withServer<Found extends Recognised | undefined>(found: Found, server: unknown): Found {
  return found !== undefined && server instanceof http.Server ? { ...found, server } : found;
}

/** What is served by a listener for `node:http`, or by a server that has one. */
function nodeListener(kind: string, exported: NodeListener | NodeServer): Recognised {
  askForHttp();
  return { exported, kind, roles: { responder: fromNodeListener(exported) } };
}

function nameOfFramework(shape: Shape): string {
  return has(shape, 'set') ? 'an Express application' : 'a connect application';
}

function has(shape: Shape, ...methods: readonly string[]): boolean {
  return methods.every((name) => typeof shape[name] === 'function');
}

function call(shape: Shape, method: string): unknown {
  return Reflect.apply(shape[method] as () => unknown, shape, []);
}
