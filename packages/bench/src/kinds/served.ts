import type { Application } from '../application.ts';
import type { Bench } from '../bench.ts';
import type { CpuTime } from '../cpu-time.ts';
import { measureGenerations } from '../generations.ts';
import { startNginx } from '../nginx.ts';
import { compare, formerGoals, type Goal, type Row } from '../result.ts';
import type { Scale } from '../scale.ts';
import { spreadOf } from '../statistics.ts';
import type { Kind } from './kind.ts';

/** At most so many measurements' worth of load before the first one that counts. */
const WARM_UP_PORTIONS = 10;

/** Where an application is reached through nginx. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** What a load has done. */
export interface LoadResult {
  /** What CPU time is divided by: requests, or bytes. */
  readonly units: number;
  readonly requestsPerSecond?: number;
}

/** A kind of benchmark in which nginx stands before the contenders. */
export interface ServedKind {
  /** Names, in the order of the table. */
  readonly contenders: readonly string[];
  readonly goals: readonly Goal[];
  /** Whether nginx keeps the connections to the contenders. */
  readonly keep: boolean;
  readonly name: string;
  /** Microseconds are multiplied by this for the figures; 1,000 makes nanoseconds. Default 1. */
  readonly factor?: number;
  readonly title: string;
  readonly unit: string;
  /** The word for the contenders. */
  work(scale: Scale): string;
  /** Fails if the answer is wrong. */
  check(target: Target, scale: Scale): Promise<void>;
  /** Puts load on one contender. */
  load(target: Target, scale: Scale, milliseconds: number): Promise<LoadResult>;
}

/** A contender behind nginx. */
interface Served {
  readonly application: Application;
  readonly target: Target;
}

/** Makes a kind of benchmark of what is special about it. */
export function servedKind(served: ServedKind): Kind {
  return {
    name: served.name,
    title: served.title,
    unit: served.unit,
    run: async (bench) => {
      const { scale } = bench.options;
      const notes: string[] = [];
      const measure = ({ application, target }: Served) =>
        explained(application, () =>
          bench.measure(application, () => served.load(target, scale, scale.milliseconds)),
        );
      const measured = await measureGenerations(bench, {
        measure,
        start: async () => {
          const applications = await bench.startContenders(served.contenders, served.work(scale), notes);
          const targetOf = await startWebServer(bench, served.keep, applications);
          const all = applications.map((application) => ({ application, target: targetOf(application) }));
          for (const one of all) {
            await explained(one.application, () => served.check(one.target, scale));
            await warmUp(scale.warmUpMilliseconds, () => measure(one));
          }
          return all;
        },
      });
      const rows = measured.map(([{ application }, samples]) =>
        rowOf(application, samples, served.factor ?? 1),
      );
      return { rows, comparisons: compare([...served.goals, ...formerGoals(rows)], rows), notes };
    },
  };
}

/** Puts load on a contender until it has used some CPU time: on a busy machine that takes longer. */
async function warmUp(milliseconds: number, measure: () => Promise<{ cpu: CpuTime }>): Promise<void> {
  let spent = 0;
  for (let portion = 0; portion < WARM_UP_PORTIONS && spent < milliseconds * 1_000; portion += 1) {
    spent += (await measure()).cpu.total;
  }
}

/** Says of an error whose it is, and what that one printed. */
async function explained<Result>(
  { contender, output }: Application,
  attempt: () => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${contender.title}: ${message}\n${output()}`, { cause: error });
  }
}

/**
 * Starts nginx before applications.
 *
 * @param bench stops it
 * @param keep whether it keeps its connections to them
 * @param applications all that run
 * @returns says where each one is reached
 */
export async function startWebServer(
  bench: Bench,
  keep: boolean,
  applications: readonly Application[],
): Promise<(application: Application) => Target> {
  const upstreams = applications.map((application) => ({
    host: hostOf(application),
    keep,
    socketPath: application.socketPath,
    transport: application.contender.transport,
  }));
  const nginx = await startNginx(bench.folder, upstreams);
  bench.stopLater(nginx);
  return (application) => ({ host: hostOf(application), port: nginx.port });
}

function hostOf({ contender }: Application): string {
  return `${contender.name}.test`;
}

function rowOf(
  { contender }: Application,
  samples: readonly { cpu: CpuTime; result: LoadResult }[],
  factor: number,
): Row {
  const speeds = samples.flatMap(({ result }) => result.requestsPerSecond ?? []);
  return {
    name: contender.name,
    title: contender.title,
    figures: samples.map(({ cpu, result }) => (cpu.total * factor) / result.units),
    systemShare: spreadOf(samples.map(({ cpu }) => cpu.system / cpu.total)).median,
    requestsPerSecond: speeds.length === 0 ? undefined : spreadOf(speeds).median,
  };
}
