import type { Cause, CauseFamily } from './cause.ts';
import type { LogFacts } from './facts.ts';

/**
 * Tells whether a line of a log has a text in it for which `…` stands for anything: it has its parts, one after the other. A
 * regular expression would take too long for lines that somebody has made for it.
 */
export function lineTeller(text: string): (line: string) => boolean {
  const parts = text.split('…');
  return (line) => {
    let position = 0;
    return parts.every((part) => {
      const found = line.indexOf(part, position);
      position = found + part.length;
      return found !== -1;
    });
  };
}

/**
 * Finds out which lines of a log tell which cause. A line tells one cause, the first in the order of the list.
 *
 * @returns for each cause that is told, the last line that tells it, and how many do
 */
export function linesOf(log: LogFacts | undefined, families: readonly CauseFamily[]): Map<Cause, string[]> {
  const told = new Map<Cause, string[]>();
  if (log === undefined) return told;
  const tellers = families
    .flatMap(({ causes }) => causes)
    .flatMap((cause) => cause.lines.map(({ line }) => ({ cause, tells: lineTeller(line) })));
  const counts = new Map<Cause, { count: number; last: string }>();
  for (const line of log.lines) {
    const cause = tellers.find(({ tells }) => tells(line))?.cause;
    if (cause !== undefined) counts.set(cause, { count: (counts.get(cause)?.count ?? 0) + 1, last: line });
  }
  for (const [cause, { count, last }] of counts) {
    const times = count === 1 ? '' : `, the last of ${count} lines`;
    told.set(cause, [`${log.file}${times}: ${last}`]);
  }
  return told;
}
