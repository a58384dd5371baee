import { findProgram } from '../../tooling/src/system-packages.mjs';
import { Child } from './child.ts';

/** What wrk has counted. */
export interface Report {
  readonly requests: number;
  /** Its lines about answers other than 200 and about connections. */
  readonly problems: readonly string[];
}

/**
 * Sends requests as fast as they are answered, until it is stopped.
 *
 * @param longest seconds after which it stops by itself
 * @param script a file in Lua that says what wrk sends; GET without it
 */
export function sendRequests(url: URL, longest: number, script?: string): { stop(): Promise<Report> } {
  const sent = script === undefined ? [] : ['-s', script];
  const args = ['-t1', '-c24', `-d${longest}s`, '--timeout', '10s', ...sent, url.href];
  const wrk = new Child(findProgram('wrk') ?? 'wrk', args);
  return {
    stop: async () => {
      await wrk.stop('SIGINT');
      return {
        requests: Number(/(\d+) requests in/.exec(wrk.output)?.[1]),
        problems: wrk.output.match(/Socket errors: .*|Non-2xx or 3xx responses: \d+/g) ?? [],
      };
    },
  };
}

/** How often something stands in a text. */
export function count(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0;
}
