import type { Application } from '../application.ts';
import type { Bench } from '../bench.ts';
import type { MemoryUse } from '../contenders/parts/program.ts';
import { compare, type Goal, type Row } from '../result.ts';
import { interleave } from '../rounds.ts';
import { runWrk } from '../wrk.ts';
import type { Kind } from './kind.ts';
import { startWebServer, type Target } from './served.ts';

const CONNECTIONS = 32;
/** wrk goes by time and not by requests: the first portion, in milliseconds, shows how fast they are. */
const PORTION = 100;
const MEGABYTE = 1_000_000;
/** Each round starts the contenders anew. */
const ROUNDS = 2;

/** `node:http` is there to show what V8 itself needs once its compiled code and its heap have found their size. */
const names = ['node', 'node-http'];

const goals: Goal[] = [
  { of: 'node-many', against: 'node-few', atMost: 1.05 },
  { of: 'node-many-heap', against: 'node-few-heap', atMost: 1.05 },
];

/** Memory of one contender at two times. */
interface Growth {
  readonly few: MemoryUse;
  readonly many: MemoryUse;
}

/** Whether requests leave something behind. */
export const memory: Kind = {
  name: 'memory',
  title: 'Memory after many requests',
  unit: 'MB',
  run: async (bench) => {
    const { fewRequests, manyRequests, rounds } = bench.options.scale;
    const titles = new Map<string, string>();
    const taking = names.filter((name) => bench.takesPart(name));
    const samples = await interleave(taking, Math.min(rounds, ROUNDS), async (name) => {
      const application = await bench.startContender(name, 'hello');
      titles.set(name, application.contender.title);
      const growth = await watch(bench, application, fewRequests, manyRequests);
      await bench.stopAll();
      return growth;
    });
    const rows = [...samples].flatMap(([name, growths]) => {
      const title = titles.get(name) ?? name;
      return [
        ...memoryRows(
          `${name}-few`,
          `${title}, ${fewRequests} requests`,
          growths.map(({ few }) => few),
        ),
        ...memoryRows(
          `${name}-many`,
          `${title}, ${manyRequests} requests`,
          growths.map(({ many }) => many),
        ),
      ];
    });
    return { rows, comparisons: compare(goals, rows), notes: [] };
  },
};

async function watch(bench: Bench, application: Application, few: number, many: number): Promise<Growth> {
  const target = await startWebServer(bench, true, [application]);
  const done = await send(target(application), few);
  const first = await application.memory();
  await send(target(application), many - done);
  return { few: first, many: await application.memory() };
}

/** Sends at least so many requests, and says how many. */
async function send({ host, port }: Target, requests: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/`;
  let done = 0;
  let elapsed = 0;
  while (done < requests) {
    // Once the speed is known, as long as it takes; wrk itself ends after a minute.
    const milliseconds =
      done === 0 ? PORTION : Math.min(10_000, ((requests - done) * elapsed) / done + PORTION);
    const { requests: more } = await runWrk({ connections: CONNECTIONS, host, milliseconds, url });
    done += more;
    elapsed += milliseconds;
  }
  return done;
}

function memoryRows(name: string, title: string, uses: readonly MemoryUse[]): Row[] {
  return [
    { name, title: `${title}: process`, figures: uses.map(({ resident }) => resident / MEGABYTE) },
    { name: `${name}-heap`, title: `${title}: JavaScript`, figures: uses.map(({ heap }) => heap / MEGABYTE) },
  ];
}
