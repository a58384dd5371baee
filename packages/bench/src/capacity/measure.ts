import type { Application } from '../application.ts';
import type { Bench } from '../bench.ts';
import { cpuBetween, readCpu } from '../cpu-time.ts';
import { measureGenerations } from '../generations.ts';
import { type Nginx, startNginx } from '../nginx.ts';
import { runWrk } from '../wrk.ts';

/** How nginx reaches an application. */
export interface Way {
  /** Whether connections are kept. */
  readonly keep: boolean;
  readonly name: string;
  readonly tcp: boolean;
}

/** What requests cost that come on a way, in µs of CPU time; one figure for each round. */
export interface WayCosts {
  /** Of the application, a `(req, res)` listener that answers 13 bytes. */
  readonly application: readonly number[];
  readonly name: string;
  /** Of nginx, in front of an application that costs less. */
  readonly webServer: readonly number[];
}

/** All of them. */
export const ways: readonly Way[] = [
  { name: 'Unix socket, kept connections', keep: true, tcp: false },
  { name: 'Unix socket, a connection for each request', keep: false, tcp: false },
  { name: 'TCP, kept connections', keep: true, tcp: true },
  { name: 'TCP, a connection for each request', keep: false, tcp: true },
];

/** Enough to keep an application busy. */
const CONNECTIONS = 32;

interface Setup {
  readonly application: Application;
  readonly host: string;
  readonly nginx: Nginx;
}

interface Sample {
  readonly application: number;
  readonly webServer: number;
}

/** Measures what requests cost nginx and an application, on every way, in turns. */
export async function measureWays(bench: Bench): Promise<WayCosts[]> {
  const { milliseconds, warmUpMilliseconds } = bench.options.scale;
  const measure = async ({ application, host, nginx }: Setup, time = milliseconds): Promise<Sample> => {
    const { cpu, result } = await bench.measure(application, async () => {
      const before = readCpu(nginx.worker);
      const url = `http://127.0.0.1:${nginx.port}/`;
      const { requests } = await runWrk({ connections: CONNECTIONS, host, milliseconds: time, url });
      return { requests, webServer: cpuBetween(before, readCpu(nginx.worker)) };
    });
    const { requests, webServer } = result;
    return { application: cpu.total / requests, webServer: webServer.total / requests };
  };
  const measured = await measureGenerations(bench, {
    measure: (setup) => measure(setup),
    start: async () => {
      const setups = await startSetups(bench);
      for (const setup of setups) await measure(setup, 2 * warmUpMilliseconds);
      return setups;
    },
  });
  const samples = measured.map(([, own]) => own);
  return ways.map(({ name }, place) => ({
    name,
    // The handler of raw requests costs less, and so nginx has more to do.
    webServer: (samples[2 * place] ?? []).map(({ webServer }) => webServer),
    application: (samples[2 * place + 1] ?? []).map(({ application }) => application),
  }));
}

/** Two applications for each way, behind one nginx. */
async function startSetups(bench: Bench): Promise<Setup[]> {
  const started: { application: Application; host: string; keep: boolean }[] = [];
  for (const [place, { keep, tcp }] of ways.entries()) {
    for (const contender of ['raw', 'node']) {
      const application = await bench.startContender(contender, 'hello', tcp);
      started.push({ application, host: `${contender}${place}.test`, keep });
    }
  }
  const upstreams = started.map(({ application, host, keep }) => ({
    ...{ host, keep, socketPath: application.socketPath },
    transport: 'fastcgi' as const,
  }));
  const nginx = await startNginx(bench.folder, upstreams);
  bench.stopLater(nginx);
  return started.map(({ application, host }) => ({ application, host, nginx }));
}
