import { startProgram } from './processes.ts';

/** What wrk is to do. */
export interface WrkOptions {
  /** Connections at once. */
  readonly connections: number;
  /** The Host header, by which the web server chooses. */
  readonly host: string;
  /** For how long, in milliseconds. */
  readonly milliseconds: number;
  readonly url: string;
}

/** What wrk says that it did. */
export interface WrkResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
}

/** wrk counts its time in seconds; it ends earlier, with a report, on SIGINT. */
const AT_MOST = '60s';

/**
 * Sends requests as fast as they are answered.
 *
 * @throws Error where answers were not what they should be
 */
export async function runWrk(options: WrkOptions): Promise<WrkResult> {
  const { connections, host, milliseconds, url } = options;
  const args = ['-t', '1', '-c', String(connections), '-d', AT_MOST, '-H', `Host: ${host}`, url];
  const wrk = await startProgram(['wrk', ...args]);
  const timer = setTimeout(() => wrk.process.kill('SIGINT'), milliseconds);
  await wrk.ended;
  clearTimeout(timer);
  return parseReport(wrk.output());
}

/**
 * Reads the report of wrk.
 *
 * @param report what it printed
 * @throws Error where it reports errors, or nothing
 */
export function parseReport(report: string): WrkResult {
  const requests = Number(/(\d+) requests in /.exec(report)?.[1] ?? Number.NaN);
  const requestsPerSecond = Number(/Requests\/sec:\s*([\d.]+)/.exec(report)?.[1] ?? Number.NaN);
  const problem = /Socket errors: .*|Non-2xx or 3xx responses: \d+/.exec(report)?.[0];
  if (problem !== undefined) throw new Error(`wrk: ${problem}`);
  if (!(requests > 0)) throw new Error(`wrk has not counted a single answer:\n${report}`);
  return { requests, requestsPerSecond };
}
