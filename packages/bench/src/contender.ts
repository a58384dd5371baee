import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A program that takes part. */
export interface Contender {
  /** Short name, for options and files. */
  readonly name: string;
  /** For tables. */
  readonly title: string;
  /** What the web server speaks to it. */
  readonly transport: 'fastcgi' | 'http';
  /** A file of `src/contenders`, or of `native` with its ending. */
  readonly program: string;
  /** A copy of `dist` that has it; absent for the one of today. */
  readonly from?: string;
}

const list: readonly Contender[] = [
  { name: 'floor', title: 'bare net socket (the floor)', transport: 'fastcgi', program: 'floor' },
  { name: 'raw', title: 'fcgi-js, FcgiRequest handler', transport: 'fastcgi', program: 'raw' },
  {
    name: 'respond',
    title: 'fcgi-js, FcgiRequest handler by respond()',
    transport: 'fastcgi',
    program: 'respond',
  },
  { name: 'node', title: 'fcgi-js, (req, res) listener', transport: 'fastcgi', program: 'node' },
  { name: 'node-http', title: 'node:http', transport: 'http', program: 'node' },
  { name: 'express', title: 'Express 5 on fcgi-js', transport: 'fastcgi', program: 'express' },
  { name: 'express-http', title: 'Express 5 on node:http', transport: 'http', program: 'express' },
  { name: 'fastify', title: 'Fastify 5 on fcgi-js', transport: 'fastcgi', program: 'fastify' },
  { name: 'fastify-http', title: 'Fastify 5 on node:http', transport: 'http', program: 'fastify' },
  { name: 'koa', title: 'Koa 3 on fcgi-js', transport: 'fastcgi', program: 'koa' },
  { name: 'koa-http', title: 'Koa 3 on node:http', transport: 'http', program: 'koa' },
  { name: 'hono', title: 'Hono on fcgi-js', transport: 'fastcgi', program: 'hono' },
  {
    name: 'hono-listener',
    title: 'Hono on fcgi-js, by the listener of @hono/node-server',
    transport: 'fastcgi',
    program: 'hono-listener',
  },
  { name: 'hono-http', title: 'Hono on @hono/node-server', transport: 'http', program: 'hono' },
  { name: 'node-fastcgi', title: 'node-fastcgi 2', transport: 'fastcgi', program: 'node-fastcgi' },
  { name: 'held', title: 'fcgi-js, multiplexed', transport: 'fastcgi', program: 'held' },
  { name: 'stdin', title: 'bare net socket, STDIN', transport: 'fastcgi', program: 'stdin-records' },
  { name: 'go', title: 'Go net/http/fcgi', transport: 'fastcgi', program: 'hello.go' },
  { name: 'libfcgi', title: 'libfcgi in C', transport: 'fastcgi', program: 'hello.c' },
];

/** All contenders of one kind. */
export const contenders: ReadonlyMap<string, Contender> = new Map(
  list.map((contender) => [contender.name, contender]),
);

/** Programs that do not use fcgi-js, or nothing that may change. */
const CONSTANT = new Set(['floor', 'node-fastcgi', 'hello.go', 'hello.c']);

/**
 * The contender as it was when a copy of `dist` was made; undefined where it has nothing of fcgi-js in it, or was not there.
 *
 * @param contender as it is today
 * @param from the copy
 */
export function formerSelf(contender: Contender, from: string): Contender | undefined {
  if (contender.transport === 'http' || CONSTANT.has(contender.program)) return undefined;
  if (!existsSync(join(from, 'contenders', `${contender.program}.js`))) return undefined;
  return { ...contender, name: `${contender.name}-before`, title: `${contender.title}, before`, from };
}
