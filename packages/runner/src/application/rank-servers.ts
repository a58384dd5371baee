import { Server as HttpsServer } from 'node:https';
import type { CapturedServer } from './captured-server.ts';
import { lacksRoot, sideAnswer } from './handler-signs.ts';

/** One of several servers that listen, and why it is taken for the application. */
export interface Ranking {
  /** The best first. Servers with the same handler are one application, and equals. */
  readonly best: CapturedServer;
  /** In words, of the best compared with the next; undefined where there is no other. */
  readonly reason: string | undefined;
}

/** Compares two servers: below 0 where the first is more likely to be the application. */
interface Criterion {
  readonly compare: (one: CapturedServer, other: CapturedServer) => number;
  readonly reason: string;
}

/**
 * Ports on which usual libraries have servers of their own: lightship; Prometheus and its exporters, also that of
 * OpenTelemetry; Node's inspector; hot reloading of Vite; livereload.
 */
const SIDE_PORTS = new Set([9000, 9090, 9091, 9100, 9102, 9229, 9464, 24_678, 35_729]);

const LOOPBACK = /^(?:127\.|localhost$|::1$)/;

/** What speaks against a server being the application, in words. */
export function sideSign(captured: CapturedServer): string | undefined {
  const { handlers, isUnreferenced, port, target } = captured;
  if (isUnreferenced) return 'does not keep the process running (unref())';
  if (handlers.length === 0) return 'has no handler of requests';
  if (target.kind === 'port' && port !== undefined && SIDE_PORTS.has(port))
    return `port ${port} is a usual one for metrics, health checks or development`;
  const [answer] = handlers.map(sideAnswer);
  return handlers.length === 1 && answer !== undefined ? `answers nothing but "${answer}"` : undefined;
}

/** In this order. The last is a guess; the line about the choice says what to do if it is wrong. */
const CRITERIA: readonly Criterion[] = [
  {
    compare: by((server) => (sideSign(server) === undefined ? 0 : 1)),
    reason: 'the other looks like one for metrics, health checks, redirects or WebSockets',
  },
  {
    compare: by((server) => (isForThisMachine(server) ? 1 : 0)),
    reason: 'the other is for this machine alone',
  },
  { compare: by((server) => (isFree(server) ? 1 : 0)), reason: 'the other has no fixed port' },
  { compare: by((server) => (server.server instanceof HttpsServer ? 0 : 1)), reason: 'it has HTTPS' },
  {
    compare: by(({ handlers }) => (handlers.length === 1 && lacksRoot(handlers[0]) ? 1 : 0)),
    reason: 'the other has no route for /',
  },
  { compare: by((server) => server.port ?? 0), reason: 'its port is the lowest' },
];

/**
 * Finds the application among servers that listen: never by their order alone.
 *
 * @param environmentPort PORT of the environment, which names the port of the application by custom
 */
export function rankServers(
  servers: readonly CapturedServer[],
  environmentPort: number | undefined,
): Ranking | undefined {
  const criteria = [
    {
      compare: by((server) => (isOnPort(server, environmentPort) ? 0 : 1)),
      reason: 'it is the one for PORT',
    },
    ...CRITERIA,
  ];
  const [first, ...others] = servers;
  if (first === undefined) return undefined;
  let best = first;
  let reason: string | undefined;
  for (const other of others) {
    if (isSameApplication(best, other)) continue;
    const criterion = criteria.find(({ compare }) => compare(best, other) !== 0);
    reason = criterion?.reason ?? 'it was the first';
    if (criterion !== undefined && criterion.compare(best, other) > 0) best = other;
  }
  return { best, reason };
}

/** Whether two servers answer alike, such as those that Fastify makes for each address of `localhost`. */
export function isSameApplication(one: CapturedServer, other: CapturedServer): boolean {
  const [handler] = one.handlers;
  // Two that have no handler yet are two, and not the same.
  return one === other || (handler !== undefined && other.handlers[0] === handler);
}

/** Whether a server asked for a port, by its number. */
export function isOnPort({ target }: CapturedServer, port: number | undefined): boolean {
  return target.kind === 'port' && port !== undefined && target.port === port;
}

function isForThisMachine({ target }: CapturedServer): boolean {
  return target.kind === 'port' && target.host !== undefined && LOOPBACK.test(target.host);
}

function isFree({ target }: CapturedServer): boolean {
  return target.kind === 'port' && target.port === 0;
}

function by(key: (server: CapturedServer) => number): Criterion['compare'] {
  return (one, other) => key(one) - key(other);
}
