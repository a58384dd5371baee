import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of a process so far, as the operating system counts it. */
export interface CpuReading {
  /** Of the whole process, threads that have ended included, in ticks of the clock. */
  readonly ticks: { readonly user: number; readonly system: number };
  /** Of each thread, in nanoseconds; empty where the kernel does not say. */
  readonly threads: ReadonlyMap<string, number>;
}

/** CPU time spent between two readings, in microseconds. */
export interface CpuTime {
  readonly total: number;
  /** The part of {@link total} inside the kernel; exact to a tick, 10 ms on most systems. */
  readonly system: number;
}

/** `sysconf(_SC_CLK_TCK)`: what /proc counts in, 100 a second wherever Node runs. */
const TICK = 10_000;

/**
 * Reads the CPU time of a process and all of its threads.
 *
 * @param pid of a running process
 */
export function readCpu(pid: number): CpuReading {
  // The name, in brackets, may itself contain blanks and brackets.
  const fields = afterName(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const threads = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const time = threadTime(pid, thread);
    if (time !== undefined) threads.set(thread, time);
  }
  return { ticks: { user: Number(fields[11]), system: Number(fields[12]) }, threads };
}

/**
 * CPU time spent between two readings of the same process. Ticks are right over the whole life of a process, but
 * coarse; the times of threads are exact, but miss threads that have ended.
 */
export function cpuBetween(before: CpuReading, after: CpuReading): CpuTime {
  const user = (after.ticks.user - before.ticks.user) * TICK;
  const system = (after.ticks.system - before.ticks.system) * TICK;
  const complete = before.threads.size > 0 && [...before.threads.keys()].every((id) => after.threads.has(id));
  const total = complete ? (sum(after.threads) - sum(before.threads)) / 1_000 : user + system;
  return { total, system: Math.min(system, total) };
}

/**
 * Ticks that a core has worked since the machine started, for all processes; undefined where /proc does not say.
 *
 * @param core its number
 */
export function coreTicks(core: number): number | undefined {
  const line = readFileSync('/proc/stat', 'latin1')
    .split('\n')
    .find((text) => text.startsWith(`cpu${core} `));
  if (line === undefined) return undefined;
  // user nice system idle iowait irq softirq steal; what a guest takes is in user already.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(' ')
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softirq + steal;
}

/** Microseconds of a number of ticks. */
export function ticksToMicroseconds(ticks: number): number {
  return ticks * TICK;
}

function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function threadTime(pid: number, thread: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  } catch {
    // The thread has just ended, or the kernel was built without these figures.
    return undefined;
  }
}

function sum(threads: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const time of threads.values()) total += time;
  return total;
}
