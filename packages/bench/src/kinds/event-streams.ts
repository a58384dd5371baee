import type { Application } from '../application.ts';
import type { Bench } from '../bench.ts';
import type { MemoryUse } from '../contenders/parts/program.ts';
import { type CrowdTarget, EventStreamCrowd } from '../event-stream-crowd.ts';
import { exchange } from '../http-exchange.ts';
import { compare, type Goal, type Row } from '../result.ts';
import { interleave } from '../rounds.ts';
import type { Kind } from './kind.ts';
import { startWebServer } from './served.ts';

/** Each round starts the contenders anew, and nginx with them. */
const ROUNDS = 2;
/** A stream takes two connections of nginx, and a process may have 20,000 files open on many systems. */
const WEB_SERVERS = 2;
/** Pages whose times are looked at, one after the other. */
const PAGES = 200;

const names = ['node', 'node-http'];

const memoryGoals: Goal[] = [{ of: 'node', against: 'node-http', atMost: 1.5 }];
const timeGoals: Goal[] = [
  { of: 'node-back', atMost: 5_000 },
  { of: 'node-back', against: 'node-http-back', atMost: 1.25 },
];

/** Many browsers that hold event streams open behind nginx, on one process of an application. */
export const eventStreamKinds: readonly Kind[] = [
  {
    name: 'event-streams',
    title: 'Memory of an event stream, one of many behind nginx',
    unit: 'bytes/stream',
    run: async (bench) => {
      const measured = await measureEach(bench, measureMemory);
      const rows = measured.flatMap(({ figures, name, title }) => [
        { name, title: `${title}: process`, figures: figures.map(({ resident }) => resident) },
        { name: `${name}-heap`, title: `${title}: JavaScript`, figures: figures.map(({ heap }) => heap) },
      ]);
      return { rows, comparisons: compare(memoryGoals, rows), notes: notesOf(bench) };
    },
  },
  {
    name: 'event-times',
    title: 'Times beside many event streams behind nginx',
    unit: 'ms',
    run: async (bench) => {
      const measured = await measureEach(bench, measureTimes);
      const rows = measured.flatMap(({ figures, name, title }): Row[] => [
        {
          name: `${name}-alone`,
          title: `${title}: p99 of a page, no stream`,
          figures: figures.map((f) => f.alone),
        },
        {
          name: `${name}-beside`,
          title: `${title}: p99 of a page beside them`,
          figures: figures.map((f) => f.beside),
        },
        {
          name: `${name}-back`,
          title: `${title}: all have left and are back`,
          figures: figures.map((f) => f.back),
        },
      ]);
      return { rows, comparisons: compare(timeGoals, rows), notes: notesOf(bench) };
    },
  },
];

/** Milliseconds. */
interface Times {
  readonly alone: number;
  readonly back: number;
  readonly beside: number;
}

interface Measured<Figure> {
  readonly figures: readonly Figure[];
  readonly name: string;
  readonly title: string;
}

function notesOf({ options }: Bench): string[] {
  return [`${options.scale.eventStreams} streams at the same time; each was served, and none was cut off.`];
}

async function measureEach<Figure>(
  bench: Bench,
  measure: (application: Application, targets: readonly CrowdTarget[], streams: number) => Promise<Figure>,
): Promise<Measured<Figure>[]> {
  const { eventStreams, rounds } = bench.options.scale;
  const titles = new Map<string, string>();
  const taking = names.filter((name) => bench.takesPart(name));
  const samples = await interleave(taking, Math.min(rounds, ROUNDS), async (name) => {
    const application = await bench.startContender(name, 'events');
    titles.set(name, application.contender.title);
    const targets: CrowdTarget[] = [];
    while (targets.length < WEB_SERVERS) {
      targets.push((await startWebServer(bench, false, [application]))(application));
    }
    const figure = await measure(application, targets, eventStreams);
    application.assertRunning();
    await bench.stopAll();
    return figure;
  });
  return [...samples].map(([name, figures]) => ({ figures, name, title: titles.get(name) ?? name }));
}

async function measureMemory(
  application: Application,
  targets: readonly CrowdTarget[],
  streams: number,
): Promise<MemoryUse> {
  await pageTimes(targets);
  const before = await application.memory();
  const crowd = new EventStreamCrowd(targets);
  await crowd.come(streams);
  const after = await application.memory();
  leave(crowd);
  return {
    heap: (after.heap - before.heap) / streams,
    resident: (after.resident - before.resident) / streams,
  };
}

async function measureTimes(
  _application: Application,
  targets: readonly CrowdTarget[],
  streams: number,
): Promise<Times> {
  // The first ones compile the code.
  await pageTimes(targets);
  const alone = p99(await pageTimes(targets));
  const crowd = new EventStreamCrowd(targets);
  await crowd.come(streams);
  const beside = p99(await pageTimes(targets));
  const start = performance.now();
  leave(crowd);
  const next = new EventStreamCrowd(targets);
  await next.come(streams);
  const back = performance.now() - start;
  leave(next);
  return { alone, back, beside };
}

function leave(crowd: EventStreamCrowd): void {
  if (crowd.lost > 0) throw new Error(`${crowd.lost} event streams have ended by themselves.`);
  crowd.leave();
}

async function pageTimes([target]: readonly CrowdTarget[]): Promise<number[]> {
  const times: number[] = [];
  if (target === undefined) return times;
  for (let page = 0; page < PAGES; page += 1) {
    const start = performance.now();
    await exchange(target);
    times.push(performance.now() - start);
  }
  return times;
}

function p99(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}
