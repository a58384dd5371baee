import { readFileSync } from 'node:fs';
import { until } from './poll.ts';
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

/** Milliseconds in which even a machine that does much else answers something. */
const LONG_ENOUGH = 10_000;

/**
 * Sends requests as fast as they are answered; for longer where none was in that time.
 *
 * @throws Error where answers were not what they should be
 */
export async function runWrk(options: WrkOptions): Promise<WrkResult> {
  const report = await reportOf(options);
  const { milliseconds } = options;
  if (/^ *0 requests in /m.test(report) && milliseconds < LONG_ENOUGH) {
    return await runWrk({ ...options, milliseconds: milliseconds * 4 });
  }
  return parseReport(report);
}

async function reportOf(options: WrkOptions): Promise<string> {
  const { connections, host, milliseconds, url } = options;
  const args = ['-t', '1', '-c', String(connections), '-d', AT_MOST, '-H', `Host: ${host}`, url];
  const wrk = await startProgram(['wrk', ...args]);
  let hasEnded = false;
  void wrk.ended.then(() => {
    hasEnded = true;
  });
  // Before wrk has put its handler up, the signal would end it without a report.
  await until(() => hasEnded || catchesInterrupt(wrk.pid), 'handler for SIGINT in wrk');
  const timer = setTimeout(() => wrk.process.kill('SIGINT'), milliseconds);
  await wrk.ended;
  clearTimeout(timer);
  return wrk.output();
}

/** Whether a process has a handler for SIGINT, the second bit of the mask. */
function catchesInterrupt(pid: number): boolean {
  try {
    const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0';
    return (Number.parseInt(mask.slice(-1), 16) & 2) !== 0;
  } catch {
    // It has ended between the two looks.
    return false;
  }
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
