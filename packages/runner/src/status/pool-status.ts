import { addTotals, type Figures, NO_TOTALS, type Totals } from './figures.ts';
import type { ListenQueueWatch } from './listen-queue.ts';
import type { PoolCounts, Snapshot, WorkerState, WorkerStatus } from './snapshot.ts';

/** What is known from the beginning. */
export interface PoolStatusOptions {
  /** Looked at if anybody will want to know. */
  readonly listenQueue?: ListenQueueWatch;
  readonly manager: 'ondemand' | 'single' | 'static';
  readonly name: string;
}

interface Entry {
  figures?: Figures;
  readonly generation: number;
  readonly id: number;
  lastWord: number;
  phase: 'ready' | 'starting' | 'stopping';
  readonly pid: number;
  readonly startTime: number;
}

/** Seconds without a word, of which there is one each second, after which a worker counts as blocked. */
const SILENCE = 2;

/** What has become of the workers of a pool, as the status pages tell it. */
export class PoolStatus {
  readonly #entries = new Map<number, Entry>();
  readonly #options: PoolStatusOptions;
  readonly #startTime = now();
  /** Of workers that are gone. */
  #past: Totals = NO_TOTALS;
  #counts: PoolCounts = { crashes: 0, recycles: 0, reloads: 0, starts: 0 };
  #generation = 1;
  #maxActive = 0;

  constructor(options: PoolStatusOptions) {
    this.#options = options;
  }

  /** A worker has been started. */
  spawned(id: number, generation: number, pid: number): void {
    const time = now();
    this.#entries.set(id, { generation, id, lastWord: time, phase: 'starting', pid, startTime: time });
    this.#count('starts');
  }

  /** A worker serves. */
  ready(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.phase = 'ready';
    entry.lastWord = now();
  }

  /** A worker has told its figures. */
  told(id: number, figures: Figures): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.figures = figures;
    entry.lastWord = now();
    const active = [...this.#entries.values()].filter((each) => isActive(each));
    this.#maxActive = Math.max(this.#maxActive, active.length);
  }

  /** A worker is to be replaced because it has reached a limit. */
  recycled(): void {
    this.#count('recycles');
  }

  /** All workers have loaded the application anew. */
  reloaded(generation: number): void {
    this.#generation = generation;
    this.#count('reloads');
  }

  /** A worker has been told to stop. */
  stopping(id: number): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.phase = 'stopping';
  }

  /** A worker has gone, unless by the wish of the parent as a crash. */
  exited(id: number, isCrash: boolean): void {
    const { figures } = this.#entries.get(id) ?? {};
    if (figures !== undefined) this.#past = addTotals(this.#past, figures);
    this.#entries.delete(id);
    if (isCrash) this.#count('crashes');
  }

  /** All of it, now. */
  snapshot(): Snapshot {
    const entries = [...this.#entries.values()];
    const { listenQueue, manager, name } = this.#options;
    const queue = listenQueue?.look();
    return {
      counts: this.#counts,
      generation: this.#generation,
      ...(queue === undefined ? {} : { listenQueue: queue }),
      manager,
      maxActive: this.#maxActive,
      name,
      startTime: this.#startTime,
      time: now(),
      totals: entries.reduce((sum, { figures }) => addTotals(sum, figures ?? NO_TOTALS), this.#past),
      workers: entries.map(describe),
    };
  }

  #count(what: keyof PoolCounts): void {
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + 1 };
  }
}

function describe({ figures, generation, id, lastWord, phase, pid, startTime }: Entry): WorkerStatus {
  const silence = Math.max(0, now() - lastWord);
  const state = stateOf(phase, silence, figures);
  const known = figures === undefined ? {} : { figures };
  return { ...known, generation, id, pid, silence, startTime, state };
}

function stateOf(phase: Entry['phase'], silence: number, figures: Figures | undefined): WorkerState {
  if (phase === 'starting') return 'Starting';
  // A worker that stops tells its figures as long as it serves, and no longer.
  if (phase === 'stopping') return 'Stopping';
  if (silence > SILENCE) return 'Blocked';
  return figures !== undefined && figures.activeRequests > 0 ? 'Running' : 'Idle';
}

function isActive({ figures, phase }: Entry): boolean {
  return phase === 'ready' && figures !== undefined && figures.activeRequests > 0;
}

/** Seconds since 1970. */
function now(): number {
  return Date.now() / 1000;
}
