import { HELLO, JSON_TEXT } from '../contenders/parts/texts.ts';
import { exchange } from '../http-exchange.ts';
import type { Goal } from '../result.ts';
import { runWrk } from '../wrk.ts';
import type { Kind } from './kind.ts';
import { servedKind, type Target } from './served.ts';

/** Enough to keep an application busy. */
const CONNECTIONS = 32;

interface RequestsKind {
  readonly contenders: readonly string[];
  readonly goals: readonly Goal[];
  readonly keep: boolean;
  readonly name: string;
  readonly title: string;
  readonly answer: string;
  readonly work: string;
}

/** A kind in which wrk sends the same short request over and over. */
function requestsKind({ answer, work, ...kind }: RequestsKind): Kind {
  return servedKind({
    ...kind,
    unit: 'µs CPU/request',
    work: () => work,
    check: async (target) => {
      const { bytes, text } = await exchange(target);
      if (bytes !== answer.length || !answer.startsWith(text)) {
        throw new Error(`${target.host} answered ${bytes} bytes: ${text}`);
      }
    },
    load: async ({ host, port }: Target, _scale, milliseconds) => {
      const url = `http://127.0.0.1:${port}/`;
      const { requests, requestsPerSecond } = await runWrk({
        connections: CONNECTIONS,
        host,
        milliseconds,
        url,
      });
      return { units: requests, requestsPerSecond };
    },
  });
}

const helloWork = { answer: HELLO, work: 'hello' };

/** Kinds in which the cost of a request is measured. */
export const requestKinds: readonly Kind[] = [
  requestsKind({
    ...helloWork,
    name: 'hello',
    title: 'GET of 13 bytes, kept connections',
    keep: true,
    contenders: ['floor', 'respond', 'raw', 'node', 'node-http'],
    goals: [
      { of: 'raw', against: 'floor', atMost: 1.35 },
      { of: 'respond', against: 'floor', atMost: 1.2 },
      { of: 'node', against: 'node-http', atMost: 0.85 },
    ],
  }),
  requestsKind({
    ...helloWork,
    name: 'hello-new',
    title: 'GET of 13 bytes, a new connection for each (nginx by default)',
    keep: false,
    contenders: ['floor', 'respond', 'raw', 'node', 'node-http'],
    goals: [{ of: 'node', against: 'node-http', atMost: 0.9 }],
  }),
  requestsKind({
    ...helloWork,
    name: 'frameworks',
    title: 'GET of 13 bytes through frameworks, kept connections',
    keep: true,
    contenders: [
      'express',
      'express-http',
      'fastify',
      'fastify-http',
      'koa',
      'koa-http',
      'hono',
      'hono-listener',
      'hono-http',
    ],
    goals: [
      { of: 'express', against: 'express-http', atMost: 0.85 },
      { of: 'fastify', against: 'fastify-http', atMost: 0.9 },
      { of: 'koa', against: 'koa-http', atMost: 0.9 },
      { of: 'hono', against: 'hono-http', atMost: 0.9 },
      { of: 'hono-listener', against: 'hono-http', atMost: 0.9 },
    ],
  }),
  requestsKind({
    ...helloWork,
    name: 'fastcgi',
    title: 'GET of 13 bytes, kept connections, against other FastCGI libraries',
    keep: true,
    contenders: ['node', 'libfcgi', 'go', 'node-fastcgi'],
    goals: [
      { of: 'node', against: 'go', atMost: 0.45 },
      { of: 'node', against: 'node-fastcgi', atMost: 0.1 },
    ],
  }),
  requestsKind({
    name: 'json',
    title: 'GET of 16 KB of JSON, kept connections',
    answer: JSON_TEXT,
    work: 'json',
    keep: true,
    contenders: ['node', 'node-http'],
    goals: [{ of: 'node', against: 'node-http', atMost: 1 }],
  }),
];
