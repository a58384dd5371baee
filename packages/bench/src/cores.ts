import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which cores the two sides run on; undefined where they cannot be kept apart. */
export interface Cores {
  /** The application's, which it has to itself. */
  readonly application: number;
  /** That of all others: web server, load generator and this process. */
  readonly others: number;
}

/** Two cores that this process may use, or undefined if there is only one, or no Linux. */
export function chooseCores(): Cores | undefined {
  const allowed = allowedCores();
  const application = allowed.at(-1);
  const others = allowed[0];
  if (application === undefined || others === undefined || application === others) return undefined;
  return { application, others };
}

/**
 * Moves this process, with all threads and all future children, to a core.
 *
 * @param core its number
 * @returns whether taskset did it
 */
export function pinThisProcess(core: number): boolean {
  return spawnSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)]).status === 0;
}

/**
 * Puts `taskset` in front of a command.
 *
 * @param command program and arguments
 * @param core where it is to run; undefined leaves it where it is
 */
export function onCore(command: readonly string[], core: number | undefined): string[] {
  return core === undefined ? [...command] : ['taskset', '-c', String(core), ...command];
}

function allowedCores(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
    return list.split(',').flatMap(range);
  } catch {
    return [];
  }
}

/** `2-4` or `7`, as the kernel writes them. */
function range(text: string): number[] {
  const [first = Number.NaN, last = first] = text.split('-').map(Number);
  if (Number.isNaN(first)) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
