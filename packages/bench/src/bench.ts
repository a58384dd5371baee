import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Application, startApplication } from './application.ts';
import { type Contender, contenders, formerSelf } from './contender.ts';
import { type Cores, chooseCores, pinThisProcess } from './cores.ts';
import { type CpuTime, coreTicks, cpuBetween, readCpu, ticksToMicroseconds } from './cpu-time.ts';
import { Unavailable } from './native-program.ts';
import type { Scale } from './scale.ts';
import { spreadOf } from './statistics.ts';

/** What can be set about a run. */
export interface BenchOptions {
  /** A former copy of `dist`, whose programs take part as well; undefined for none. */
  readonly before?: string | undefined;
  /** Names of the contenders that take part; undefined for all. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly scale: Scale;
}

/** CPU time of an application while something went on. */
export interface Measured<Result> {
  readonly cpu: CpuTime;
  readonly result: Result;
}

/** What the system itself does on a core where nothing else goes on. */
const QUIET = 0.05;

/** One run: the machine, the settings, a scratch folder, and what runs in it. */
export class Bench {
  readonly cores: Cores | undefined;
  readonly folder: string;
  readonly options: BenchOptions;
  /** For each measurement, the part of the application's core that others took: 0 to 1. */
  #disturbances: number[] = [];
  #profiles: string | undefined;
  #stops: (() => Promise<void>)[] = [];

  private constructor(cores: Cores | undefined, folder: string, options: BenchOptions) {
    this.cores = cores;
    this.folder = folder;
    this.options = options;
  }

  /** Moves this process and all of its future children away from the application's core. */
  static async start(options: BenchOptions): Promise<Bench> {
    const cores = chooseCores();
    const isPinned = cores !== undefined && pinThisProcess(cores.others);
    // A short name: the path of a Unix socket has at most 107 bytes.
    const folder = await mkdtemp(join(tmpdir(), 'fcgi-bench-'));
    return new Bench(isPinned ? cores : undefined, folder, options);
  }

  /** Whether a contender was asked for. */
  takesPart(name: string): boolean {
    return this.options.only?.has(name) ?? true;
  }

  /**
   * Forgets what the kind before has left.
   *
   * @param profiles a folder for CPU profiles of all programs that are started; undefined for none
   */
  beginKind(profiles: string | undefined): void {
    this.#disturbances = [];
    this.#profiles = profiles;
  }

  /** A sentence about what others did on the application's core, if it was enough to make the figures vary. */
  disturbance(): string[] {
    if (this.#disturbances.length === 0) return [];
    const { median } = spreadOf(this.#disturbances);
    if (median < QUIET) return [];
    return [
      `Not a quiet machine: other programs took ${Math.round(median * 100)} % of the application's core.`,
    ];
  }

  /**
   * Starts contenders on the application's core, all of which then wait there without using it.
   *
   * @param names who; their former selves come with them
   * @param work what they are to do
   * @param notes gets a sentence for each one that cannot take part
   */
  async startContenders(names: readonly string[], work: string, notes: string[]): Promise<Application[]> {
    const { before } = this.options;
    const applications: Application[] = [];
    for (const name of names.filter((one) => this.takesPart(one))) {
      const contender = contenderOf(name);
      const former = before === undefined ? undefined : formerSelf(contender, before);
      for (const one of former === undefined ? [contender] : [contender, former]) {
        try {
          applications.push(await this.#start(one, work));
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
          const note = `${one.title} did not take part: ${error.message}`;
          if (!notes.includes(note)) notes.push(note);
        }
      }
    }
    return applications;
  }

  /**
   * Starts one contender of today on the application's core.
   *
   * @param name who
   * @param work what it is to do
   * @param tcp whether it listens on TCP instead of a Unix socket
   */
  startContender(name: string, work: string, tcp = false): Promise<Application> {
    return this.#start(contenderOf(name), work, tcp);
  }

  /** Stops it with the others when the kind is over. */
  stopLater(running: { stop(): Promise<void> }): void {
    this.#stops.push(() => running.stop());
  }

  /** Stops what runs. */
  async stopAll(): Promise<void> {
    const stops = this.#stops;
    this.#stops = [];
    await Promise.all(stops.map((stop) => stop()));
  }

  /** Takes the CPU time of an application alone while something goes on. */
  async measure<Result>(application: Application, work: () => Promise<Result>): Promise<Measured<Result>> {
    const { pid } = application;
    application.assertRunning();
    const core = this.cores?.application;
    const startTicks = core === undefined ? undefined : coreTicks(core);
    const start = performance.now();
    const before = readCpu(pid);
    const result = await work().catch((error: unknown) => {
      application.assertRunning();
      // Tells one that hangs from one that others do not let run.
      const spent = Math.round(cpuBetween(before, readCpu(pid)).total / 1_000);
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`${message}\nIt used ${spent} ms of CPU time meanwhile.`, { cause: error });
    });
    application.assertRunning();
    const cpu = cpuBetween(before, readCpu(pid));
    const elapsed = (performance.now() - start) * 1_000;
    const endTicks = core === undefined ? undefined : coreTicks(core);
    if (startTicks !== undefined && endTicks !== undefined) {
      const others = ticksToMicroseconds(endTicks - startTicks) - cpu.total;
      this.#disturbances.push(Math.max(0, others / elapsed));
    }
    return { cpu, result };
  }

  async #start(contender: Contender, work: string, tcp = false): Promise<Application> {
    const core = this.cores?.application;
    const profile = this.#profiles;
    const application = await startApplication({ contender, core, folder: this.folder, profile, tcp, work });
    this.stopLater(application);
    return application;
  }

  /** Stops everything and removes the scratch folder. */
  async end(): Promise<void> {
    await this.stopAll();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function contenderOf(name: string): Contender {
  const contender = contenders.get(name);
  if (contender === undefined) throw new Error(`There is no contender "${name}".`);
  return contender;
}
