import { fileURLToPath } from 'node:url';
import type { Child } from '../child.ts';
import { until } from '../poll.ts';
import type { Host } from './network.ts';

/** What became of one request; times are those of this machine, in milliseconds. */
export interface Outcome {
  /** The name of the host that answered. */
  readonly body: string;
  /** Which browser has asked; each waits for one answer at a time. */
  readonly browser: number;
  readonly end: number;
  readonly method: 'GET' | 'POST';
  readonly start: number;
  /** 0 if there was no answer. */
  readonly status: number;
  readonly token: string;
}

const program = fileURLToPath(new URL('../../dist/apps/load.js', import.meta.url));

/** Browsers on a host that ask without a pause. */
export class Load {
  readonly #child: Child;
  #outcomes: Outcome[] = [];
  #read = 0;

  /**
   * @param host where the browsers are
   * @param url what they ask
   * @param browsers how many there are
   */
  constructor(host: Host, url: string, browsers: number) {
    this.#child = host.start(process.execPath, [program, url, String(browsers)]);
  }

  /** All requests that have ended so far, in that order. */
  get outcomes(): readonly Outcome[] {
    const { output } = this.#child;
    const end = output.lastIndexOf('\n') + 1;
    const lines = output.slice(this.#read, end).split('\n').slice(0, -1);
    this.#read = end;
    this.#outcomes.push(...lines.map((line) => JSON.parse(line) as Outcome));
    return this.#outcomes;
  }

  /** Waits until so many requests that begin from now on have been answered with 200, by any host or by one. */
  async untilServed(count: number, by?: string): Promise<void> {
    const now = Date.now();
    await until(
      () => {
        const served = this.outcomes.filter(
          ({ body, start, status }) => start > now && status === 200 && (by === undefined || body === by),
        );
        return served.length >= count || undefined;
      },
      { what: `${count} answers of ${by ?? 'any host'}`, interval: 50, timeout: 40_000 },
    );
  }

  /** Lets the requests under way end. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#child.exited;
  }
}
