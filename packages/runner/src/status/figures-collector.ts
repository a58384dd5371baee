import { subscribe } from 'node:diagnostics_channel';
import type {
  FcgiRequest,
  FcgiRequestHandler,
  FcgiServerStats,
  Params,
  RequestEndMessage,
  RequestErrorMessage,
} from '@fcgi-js/server';
import type { Roles } from '../application/recognise.ts';
import { EventLoopWatch } from './event-loop.ts';
import { BUCKETS, type Figures, LONGEST_TEXT, NO_TOTALS, type RequestFigures } from './figures.ts';

/** Milliseconds between two periods of the event loop. */
const PERIOD = 1000;

/** Gathers the figures of this process. A request costs an entry of a map. */
export class FiguresCollector {
  readonly #eventLoop = new EventLoopWatch();
  /** When each of the requests under way began: the oldest one first. */
  readonly #active = new Map<FcgiRequest, number>();
  #last: { readonly duration: number; readonly params: Params } | undefined;
  readonly #durations = [...NO_TOTALS.durations];
  #durationSum = 0;
  readonly #responses = [...NO_TOTALS.responses];
  #aborted = 0;
  #brokenOff = 0;
  #errors = 0;

  constructor() {
    subscribe('fcgi:request:end', (message) => this.#ended(message as RequestEndMessage));
    subscribe('fcgi:request:error', (message) => {
      // Another server of the same process has its own errors.
      if (this.#active.has((message as RequestErrorMessage).request)) this.#errors += 1;
    });
    setInterval(() => this.#eventLoop.turn(), PERIOD).unref();
  }

  /** The same handlers, of whose requests there are figures. */
  watch(roles: Roles): Roles {
    const watched = Object.entries(roles).map(([role, handler]: [string, FcgiRequestHandler]) => [
      role,
      (request: FcgiRequest) => {
        this.#active.set(request, performance.now());
        return handler(request);
      },
    ]);
    return Object.fromEntries(watched);
  }

  /**
   * @param stats of the server whose handlers are watched
   * @param upgradedConnections how many are open
   */
  figures(stats: FcgiServerStats, upgradedConnections: number): Figures {
    const { heapUsed, rss } = process.memoryUsage();
    const { system, user } = process.cpuUsage();
    const request = this.#requestToShow();
    return {
      aborted: this.#aborted,
      acceptedConnections: stats.totalConnections,
      activeRequests: stats.activeRequests,
      brokenOff: this.#brokenOff,
      bytesReceived: stats.bytesReceived,
      bytesSent: stats.bytesSent,
      connections: stats.connections,
      cpu: (system + user) / 1e6,
      durations: [...this.#durations],
      durationSum: this.#durationSum,
      errors: this.#errors,
      eventLoopDelay: this.#eventLoop.delay,
      eventLoopUtilization: this.#eventLoop.utilization,
      heapUsed,
      refused: stats.refusedRequests,
      ...(request === undefined ? {} : { request }),
      requests: stats.totalRequests,
      responses: [...this.#responses],
      rss,
      upgradedConnections,
    };
  }

  #ended({ outcome, request, response }: RequestEndMessage): void {
    const start = this.#active.get(request);
    if (start === undefined) return;
    this.#active.delete(request);
    const duration = performance.now() - start;
    const index = BUCKETS.findIndex((limit) => duration <= limit * 1000);
    this.#durations[index === -1 ? BUCKETS.length : index]! += 1;
    this.#durationSum += duration / 1000;
    const kind = Math.floor((response?.status ?? 0) / 100) - 1;
    if (kind in this.#responses) this.#responses[kind]! += 1;
    if (outcome === 'aborted') this.#aborted += 1;
    if (outcome === 'broken-off') this.#brokenOff += 1;
    this.#last = { duration, params: request.params };
  }

  #requestToShow(): RequestFigures | undefined {
    for (const [request, start] of this.#active) return describe(request.params, performance.now() - start);
    return this.#last === undefined ? undefined : describe(this.#last.params, this.#last.duration);
  }
}

function describe(params: Params, duration: number): RequestFigures {
  const text = (name: string) =>
    Buffer.from(params.get(name) ?? '', 'latin1')
      .toString()
      .slice(0, LONGEST_TEXT);
  const length = Number(params.get('CONTENT_LENGTH'));
  return {
    contentLength: length > 0 && length < Number.MAX_SAFE_INTEGER ? length : 0,
    duration,
    method: text('REQUEST_METHOD'),
    script: text('SCRIPT_FILENAME'),
    uri: text('REQUEST_URI').replace(/\?.*$/s, ''),
    user: text('REMOTE_USER'),
  };
}
