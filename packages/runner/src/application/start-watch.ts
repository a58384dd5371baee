import { Intervals } from './intervals.ts';

/** What the start of an application looks like from outside. */
export interface StartLook {
  /**
   * `idle`: nothing is open; `connecting`: looks up a name or connects; `repeating`: has nothing but timers that fire
   * again and again; `open`: has other timers, connections and so on.
   */
  readonly activity: 'connecting' | 'idle' | 'open' | 'repeating';
  /** What is open, in words: `1 timer, 2 connections`. */
  readonly description: string;
  /** Milliseconds since its module has been run to its end; undefined before that. */
  readonly sinceLoaded: number | undefined;
  /** Milliseconds for which nothing has been opened or closed. */
  readonly unchanged: number;
}

/** How long a start is waited for, in milliseconds. */
export interface Patience {
  /** Time without a change after which what is still open is no sign of a start. */
  readonly quiet: number;
  /** The most that is waited after the module has been run, since some programs always open and close something. */
  readonly longest: number;
  /** Whether an open connection attempt is waited for, however long it takes. */
  readonly waitsForConnections: boolean;
}

/** Milliseconds with nothing open after which a start is over, once the module has been run, and before that. */
const IDLE = 20;
const IDLE_UNFINISHED = 1_000;
/** Milliseconds without a change after which a timer that repeats is the work of an application that has started. */
const REPEATING = 1_000;

/** What is open for other reasons than a start: listening sockets, watched files, terminals, turns of the event loop. */
const UNRELATED = /Server|FSEvent|StatWatcher|TTY|SignalWrap|CloseReq|Immediate/;
const TIMER = 'Timeout';
const CONNECTING = /ConnectWrap|AddrInfo|Query/;
const WORDS: ReadonlyArray<[kind: RegExp, word: string]> = [
  [/^Timeout$/, 'timer'],
  [CONNECTING, 'attempt to connect'],
  [/TCPSocket|PipeWrap|TLS/, 'connection'],
  [/Process/, 'child process'],
];

/** Watches what an application holds open while it starts, to know when it has started. */
export class StartWatch {
  readonly #before = countKinds();
  #changedAt = performance.now();
  readonly #intervals = new Intervals();
  #loadedAt: number | undefined;
  #signature = '';

  /** The module has been run to its end. */
  loaded(): void {
    this.#loadedAt = performance.now();
    this.changed();
  }

  /** Something else has happened that belongs to a start. */
  changed(): void {
    this.#changedAt = performance.now();
  }

  look(): StartLook {
    const kinds = this.#opened();
    const signature = kinds.join();
    if (signature !== this.#signature) this.changed();
    this.#signature = signature;
    const now = performance.now();
    const isConnecting = kinds.some((kind) => CONNECTING.test(kind));
    return {
      activity: isConnecting ? 'connecting' : this.#activityOf(kinds),
      description: describe(kinds),
      sinceLoaded: this.#loadedAt === undefined ? undefined : now - this.#loadedAt,
      unchanged: now - this.#changedAt,
    };
  }

  /** The start is over, or nothing that is to be known. */
  end(): void {
    this.#intervals.end();
  }

  #activityOf(kinds: readonly string[]): 'idle' | 'open' | 'repeating' {
    if (kinds.length === 0) return 'idle';
    const isRepeating = kinds.every((kind) => kind === TIMER) && kinds.length <= this.#intervals.count;
    return isRepeating ? 'repeating' : 'open';
  }

  /** The kinds of what was opened since the start, sorted. */
  #opened(): string[] {
    return [...countKinds()].flatMap(([kind, count]) =>
      Array<string>(Math.max(0, count - (this.#before.get(kind) ?? 0))).fill(kind),
    );
  }
}

/** Whether a start has come to its end, as far as can be told. */
export function hasSettled(
  { activity, sinceLoaded, unchanged }: StartLook,
  { longest, quiet, waitsForConnections }: Patience,
): boolean {
  if (activity === 'idle')
    return unchanged >= (sinceLoaded === undefined ? IDLE_UNFINISHED : Math.min(IDLE, quiet));
  if (activity === 'repeating' && sinceLoaded !== undefined) return unchanged >= Math.min(REPEATING, quiet);
  if (activity === 'connecting' && waitsForConnections) return false;
  return (unchanged >= quiet && activity !== 'connecting') || (sinceLoaded ?? 0) >= longest;
}

function countKinds(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo().sort()) {
    if (!UNRELATED.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function describe(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) {
    const word = WORDS.find(([pattern]) => pattern.test(kind))?.[1] ?? kind;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} × ${word}`).join(', ');
}
