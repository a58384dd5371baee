import type { Cause, CauseFamily } from './cause.ts';
import { unknownLine } from './causes/unknown-lines.ts';
import type { LogFacts } from './facts.ts';
import { saysFailure } from './failure-words.ts';

/**
 * Tells whether a line of a log has a text in it for which `…` stands for anything: it has its parts, one after the other. A
 * regular expression would take too long for lines that are made for it.
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

/** How much a text says about a line: the longest part that it has to have, and then all of them. */
function precision(text: string): readonly [longest: number, all: number] {
  const lengths = text.split('…').map((part) => part.length);
  return [Math.max(...lengths), lengths.reduce((sum, length) => sum + length, 0)];
}

interface Teller {
  readonly cause: Cause;
  readonly text: string;
  readonly tells: (line: string) => boolean;
}

/** The most precise first; of two that are as precise, the first in the list of causes. */
function tellersOf(families: readonly CauseFamily[]): Teller[] {
  const tellers = families
    .flatMap(({ causes }) => causes)
    .flatMap((cause) => cause.lines.map(({ line }) => ({ cause, text: line, tells: lineTeller(line) })));
  return tellers.sort((a, b) => {
    const [ours, theirs] = [precision(a.text), precision(b.text)];
    return theirs[0] - ours[0] || theirs[1] - ours[1];
  });
}

/** Two letters after the code of HAProxy's logs are about cookies: `SHVN` is `SH--`. */
function withoutCookieLetters(line: string): string {
  return line.replace(/ ([A-Za-z-]{2})[A-Z-]{2}(?= \d+\/\d+\/)/, ' $1--');
}

/** Kinds of unknown lines that are shown. */
const MOST_UNKNOWN = 5;

/** Lines of one kind differ in their numbers alone. */
function kindOf(line: string): string {
  return line.replace(/[\da-f:.+-]+/gi, (word) => (/\d/.test(word) ? '0' : word));
}

/**
 * Finds the causes that the lines of a log point to. A line points to one cause: the one whose text has most of it.
 *
 * @returns for each cause that was found, the last line that points to it, and how many do. Lines about failures that point to no
 *   cause are with {@link unknownLine}, the last of each kind
 */
export function linesOf(log: LogFacts | undefined, families: readonly CauseFamily[]): Map<Cause, string[]> {
  const told = new Map<Cause, string[]>();
  if (log === undefined) return told;
  const tellers = tellersOf(families);
  const counts = new Map<Cause, Count>();
  const unknown = new Map<string, Count>();
  for (const line of log.lines) {
    const plain = withoutCookieLetters(line);
    const cause = tellers.find(({ tells }) => tells(plain))?.cause;
    if (cause !== undefined) count(counts, cause, line);
    else if (saysFailure(line)) count(unknown, kindOf(line), line);
  }
  for (const [cause, each] of counts) told.set(cause, [shown(log, each, '')]);
  const kinds = [...unknown.values()].slice(-MOST_UNKNOWN);
  if (kinds.length > 0) {
    told.set(
      unknownLine,
      kinds.map((each) => shown(log, each, ', not known to the doctor')),
    );
  }
  return told;
}

interface Count {
  readonly count: number;
  readonly last: string;
}

/** The kind of the last line becomes the last. */
function count<Kind>(counts: Map<Kind, Count>, kind: Kind, line: string): void {
  const before = counts.get(kind)?.count ?? 0;
  counts.delete(kind);
  counts.set(kind, { count: before + 1, last: line });
}

function shown({ file }: LogFacts, { count: number, last }: Count, note: string): string {
  return `${file}${number === 1 ? '' : `, the last of ${number} lines`}${note}: ${last}`;
}
