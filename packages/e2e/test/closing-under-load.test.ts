import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { startApplication } from '../src/application.ts';
import { describeSetup, type SetupSession } from '../src/conformance/describe-setup.ts';
import { patternSha256, sha256 } from '../src/pattern.ts';
import { until } from '../src/poll.ts';
import type { Setup } from '../src/setup.ts';
import { startHaproxy } from '../src/web-servers/haproxy.ts';
import { startNginx } from '../src/web-servers/nginx.ts';

/** How many browsers ask at the same time, again and again. */
const BROWSERS = 12;
const BYTES = 200_000;

/** What became of one request. */
interface Outcome {
  readonly token: string;
  /** Whether the browser got the whole of what the application sends. */
  readonly isWhole: boolean;
  /** 0 if there was no answer at all. */
  readonly status: number;
}

/** Requests without a pause, until {@link Load.stop}. */
class Load {
  readonly outcomes: Outcome[] = [];
  #isOver = false;
  readonly #browsers: ReadonlyArray<Promise<void>>;

  constructor(session: SetupSession) {
    this.#browsers = Array.from({ length: BROWSERS }, (_, number) => this.#browse(session, number));
  }

  /** Waits until so many more requests have been answered with 200. */
  async untilServed(count: number): Promise<void> {
    const wanted = this.#served + count;
    await until(() => this.#served >= wanted || undefined, {
      what: `${count} more answers`,
      timeout: 15_000,
    });
  }

  /** Lets the requests that are under way end. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#browsers);
  }

  get #served(): number {
    return this.outcomes.filter(({ status }) => status === 200).length;
  }

  async #browse(session: SetupSession, number: number): Promise<void> {
    while (!this.#isOver) {
      const outcome = await ask(session, number % 2 === 0);
      this.outcomes.push(outcome);
      // While nobody listens, there is no need to hurry.
      if (outcome.status !== 200) await delay(10);
    }
  }
}

async function ask({ http, notes }: SetupSession, isLarge: boolean): Promise<Outcome> {
  const token = notes.token();
  const path = isLarge ? `/flood/${token}?bytes=${BYTES}` : `/waiting/${token}?ms=10`;
  const answer = await http.request(path).catch(() => undefined);
  if (answer === undefined) return { token, isWhole: false, status: 0 };
  const { body, complete, status } = answer;
  const isWhole = complete && (isLarge ? sha256(body) === patternSha256(BYTES) : String(body) === 'waited');
  return { token, isWhole, status };
}

interface ClosingSetup extends Setup {
  /** What the web server logs when nobody listens, if it logs that. */
  readonly nobodyListens?: RegExp;
}

const nobodyListens = /connect\(\) to unix:\S+ failed \((?:2|111): /g;

const setups: readonly ClosingSetup[] = [
  {
    name: 'An application behind nginx that is told to end under load',
    programs: ['nginx'],
    start: (options) => startNginx({ ...options, keepConnections: false }),
    nobodyListens,
  },
  {
    name: 'An application behind nginx with kept connections that is told to end under load',
    programs: ['nginx'],
    start: startNginx,
    nobodyListens,
  },
  {
    name: 'An application behind HAProxy with shared connections that is told to end under load',
    programs: ['haproxy'],
    start: (options) => startHaproxy({ ...options, multiplexed: true }),
  },
];

for (const { nobodyListens: refusal, ...setup } of setups) {
  describeSetup(setup, (test) => {
    test('answers every request that it has begun, once, while another takes its place', async (session) => {
      const { http, notes, running } = session;
      const { pid } = (await http.request('/process')).json() as { pid: number };
      const socket = join(running.folder, 'app.sock');
      const load = new Load(session);
      const token = notes.token();
      const held = http.request(`/held/${token}`);
      await notes.waitFor(token, 'running');
      await load.untilServed(100);

      process.kill(pid, 'SIGTERM');
      await until(() => !existsSync(socket) || undefined, { what: 'end of listening' });
      await notes.release(token);
      expect((await held).text()).toBe('first\nsecond\n');
      const successor = await startApplication('express-app', `unix:${socket}`, running.folder);
      try {
        await load.untilServed(100);
        await load.stop();
      } finally {
        await successor.stop();
      }

      const wrong: string[] = [];
      for (const { isWhole, status, token } of load.outcomes) {
        const begun = (await notes.read(token)).filter((note) => note === 'running').length;
        const isRight = begun === 0 ? status !== 200 : begun === 1 && status === 200 && isWhole;
        if (!isRight) wrong.push(`begun ${begun} times, status ${status}, whole: ${isWhole}`);
      }
      expect(wrong).toEqual([]);
      if (refusal === undefined) return;
      // No connection is lost that the system has taken for the application.
      const failed = load.outcomes.filter(({ status }) => status !== 200);
      const refused = (await running.logs()).join('').match(refusal) ?? [];
      expect(failed.map(({ status }) => status)).toEqual(refused.map(() => 502));
    });
  });
}
