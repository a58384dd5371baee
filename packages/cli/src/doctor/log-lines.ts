import type { Cause, Family } from './cause.ts';
import type { LogFacts } from './facts.ts';

/** What a line of a log looks like for which `…` stands for anything. */
export function patternOf(line: string): RegExp {
  const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.*'));
}

/**
 * Finds out which lines of a log tell which cause. A line tells one cause, the first in the order of the list.
 *
 * @returns for each cause that is told, the last line that tells it, and how many do
 */
export function linesOf(log: LogFacts | undefined, families: readonly Family[]): Map<Cause, string[]> {
  const told = new Map<Cause, string[]>();
  if (log === undefined) return told;
  const patterns = families
    .flatMap(({ causes }) => causes)
    .flatMap((cause) => cause.lines.map(({ line }) => ({ cause, pattern: patternOf(line) })));
  const counts = new Map<Cause, { count: number; last: string }>();
  for (const line of log.lines) {
    const cause = patterns.find(({ pattern }) => pattern.test(line))?.cause;
    if (cause !== undefined) counts.set(cause, { count: (counts.get(cause)?.count ?? 0) + 1, last: line });
  }
  for (const [cause, { count, last }] of counts) {
    const times = count === 1 ? '' : `, the last of ${count} lines`;
    told.set(cause, [`${log.file}${times}: ${last}`]);
  }
  return told;
}
