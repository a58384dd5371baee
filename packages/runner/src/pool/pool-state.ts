import type { RecycleLimits } from '../worker/recycling.ts';
import type { PoolCommand, PoolNews } from './pool-command.ts';
import { isWorking, type Worker } from './pool-worker.ts';
import { StartPauses } from './start-pauses.ts';

/**
 * Which workers there ought to be: a pure machine: events in, what is to be done out.
 *
 *            spawn              ready            stop               closed
 *   (none) ────────▶ starting ─────────▶ ready ─────────▶ stopping ──────────▶ closed ──▶ (gone)
 *                        │                 │                 │                    │
 *                        └──── exited ─────┴───── exited ────┴────── exited ──────┘
 *
 * One that is stopping may still take connections; one that is closed has requests under way at most.
 *
 * Reloading and recycling are one thing: a new worker *replaces* an old one, which is stopped when the new one is
 * ready, never before. Until the first worker of a new generation is ready no other is started, and if it ends instead, the
 * generation is given up and the old one stays. A reload while such a first worker starts waits for its end: it may have
 * read files that have changed since. Where the socket has been replaced, the generation is not given up, as the old workers do not serve it:
 * its first worker is started again after a while.
 *
 * A pool whose very first worker ends before it is ready ends as well, or, if it keeps trying, starts another one after a while.
 *
 * On demand, the pool as a whole is also inactive: without workers, until a connection arrives. Each start is a generation
 * then, and its first worker replaces no other: if it ends, the pool is inactive again, and closes connections for a while.
 *
 *              connection arrives            first ready               all idle
 *   inactive ────────────────────▶ resuming ─────────────▶ active ───────────────▶ inactive
 *      ▲                              │
 *      └──────── first exited ────────┘
 */

/** How a pool begins. */
export interface PoolBeginning {
  /** It has no workers until a connection comes. */
  readonly inactive?: boolean;
  /** An application that could not be started even once is tried again, and does not end the pool. */
  readonly keepsTrying?: boolean;
  /** Its workers end when all of them are idle. */
  readonly onDemand?: boolean;
}

/** From so many crashes in a row on it is a loop, and worth a line. */
const LOOP = 3;

export class PoolState {
  readonly #size: number;
  readonly #workers = new Map<number, Worker>();
  #commands: PoolCommand[] = [];
  #lastId = 0;
  #turn = 0;
  /** The generation that is wanted, and the latest of which a worker has been ready. */
  #generation = 1;
  #proven = 0;
  readonly #pauses = new StartPauses();
  #announced = 0;
  #ending = false;
  readonly #keepsTrying: boolean;
  readonly #onDemand: boolean;
  /** `unstarted`: becomes inactive at the first call. */
  #mode: 'inactive' | 'active' | 'unstarted' | 'resuming';
  /** `again`: another generation follows the one whose first worker is under way. */
  #reloads: 'again' | 'no' = 'no';
  /** The generation that a connection has called for. */
  #calledFor = 0;
  /** The last worker that was started with a socket that has been replaced since. */
  #lastOnOldSocket = 0;

  /** @param size how many workers there are to be */
  constructor(size: number, { inactive = false, keepsTrying = false, onDemand = false }: PoolBeginning = {}) {
    this.#size = size;
    this.#keepsTrying = keepsTrying;
    this.#onDemand = onDemand;
    this.#mode = inactive ? 'unstarted' : 'active';
  }

  /** Whether there are no workers, and none is wanted. */
  get isInactive(): boolean {
    return this.#mode === 'inactive';
  }

  /** Whether a generation is wanted of which no worker has been ready yet. */
  get isReloading(): boolean {
    return this.#proven < this.#generation && this.#mode === 'active';
  }

  /** Whether connections that have come wait for the first worker. */
  get isResuming(): boolean {
    return this.#mode === 'resuming' && !this.#ending;
  }

  /** A connection has come while no worker could take it. */
  connectionArrived(now: number): PoolCommand[] {
    if (this.#ending || this.#mode !== 'inactive' || now < this.#pauses.notBefore) return [];
    this.#mode = 'resuming';
    this.#generation = this.#proven + 1;
    this.#calledFor = this.#generation;
    return this.#settle(now);
  }

  /** A worker has had no request for a while, or has one again. */
  idle(id: number, isIdle: boolean, now: number): PoolCommand[] {
    const worker = this.#workers.get(id);
    if (worker !== undefined) worker.isIdle = isIdle;
    return this.#settle(now);
  }

  /** The beginning, and every time that was asked for with `timer`. */
  tick(now: number): PoolCommand[] {
    return this.#settle(now);
  }

  /** A worker serves. */
  ready(id: number, now: number): PoolCommand[] {
    const worker = this.#workers.get(id);
    if (worker?.phase !== 'starting') return [];
    worker.phase = 'ready';
    if (this.#mode === 'resuming') this.#mode = 'active';
    if (worker.generation > this.#proven) this.#prove(worker.generation);
    const replaced = worker.replaces === undefined ? undefined : this.#workers.get(worker.replaces);
    if (replaced !== undefined) this.#stop(replaced);
    return this.#settle(now);
  }

  /** A worker that was to stop takes no connections any more. */
  closed(id: number, now: number): PoolCommand[] {
    const worker = this.#workers.get(id);
    if (worker?.phase !== 'stopping') return [];
    worker.phase = 'closed';
    return this.#settle(now);
  }

  /** A worker is to be replaced by a fresh one. */
  recycle(id: number, limit: keyof RecycleLimits, now: number): PoolCommand[] {
    const worker = this.#workers.get(id);
    if (worker === undefined) return [];
    worker.isDue = true;
    if (limit === 'maxMemory') {
      const delay = this.#pauses.overMemory(worker.startedAt, now);
      if (delay !== undefined) this.#say({ event: 'over-memory', delay });
    }
    return this.#settle(now);
  }

  /** A worker has gone, for whatever reason. */
  exited(id: number, now: number): PoolCommand[] {
    const worker = this.#workers.get(id);
    if (worker === undefined) return [];
    this.#workers.delete(id);
    if (!isWorking(worker)) return this.#settle(now);
    if (this.#mode === 'resuming') {
      this.#giveUpResuming(now);
      return this.#settle(now);
    }
    if (worker.phase === 'starting' && this.#proven === 0) {
      if (this.#keepsTrying) this.#tryAgain(now);
      else {
        this.#ending = true;
        for (const other of this.#workers.values()) this.#stop(other);
      }
      return this.#settle(now);
    }
    if (worker.phase === 'starting' && worker.generation > this.#proven) {
      const delay = this.#isUnserved() ? this.#pauses.startFailed(now) : undefined;
      this.#say({ event: 'reload-failed', delay, generation: worker.generation });
      if (delay === undefined) this.#generation = this.#proven;
      this.#reloadAgain();
      return this.#settle(now);
    }
    this.#countCrash(worker, now);
    return this.#settle(now);
  }

  /** Replaces all workers by such as load the application anew. */
  reload(now: number): PoolCommand[] {
    if (this.#mode === 'inactive' && !this.#ending) this.#say({ event: 'idle' });
    else if (this.#generation === this.#proven) this.#generation += 1;
    else if (this.#isFirstUnderWay()) this.#reloads = 'again';
    // What crashed may have been fixed.
    this.#pauses.forgetCrashes();
    this.#pauses.forgetMemory();
    return this.#settle(now);
  }

  /** Replaces all workers by such as serve another socket. */
  socketChanged(now: number): PoolCommand[] {
    this.#lastOnOldSocket = this.#lastId;
    return this.reload(now);
  }

  /** Whether a worker has loaded the application before it was last to be loaded anew. */
  isOutdated(id: number): boolean {
    return (this.#workers.get(id)?.generation ?? 0) < this.#generation;
  }

  /** Who takes over what a worker leaves: those of the latest generation, in turn. */
  successor(): number | undefined {
    const ready = [...this.#workers.values()].filter(({ phase }) => phase === 'ready');
    const latest = Math.max(...ready.map(({ generation }) => generation));
    const candidates = ready.filter(({ generation }) => generation === latest);
    this.#turn += 1;
    return candidates[this.#turn % candidates.length]?.id;
  }

  /** Lets all workers end. */
  end(now: number): PoolCommand[] {
    this.#ending = true;
    for (const worker of this.#workers.values()) this.#stop(worker);
    return this.#settle(now);
  }

  #settle(now: number): PoolCommand[] {
    if (this.#ending) {
      if (this.#workers.size === 0) this.#commands.push({ kind: 'done', failed: this.#proven === 0 });
    } else if (this.#mode === 'inactive') {
      // Until a connection comes.
    } else if (this.#isUnused()) {
      this.#deactivate();
    } else if (this.#proven < this.#generation) {
      this.#startFirst(now);
      if (this.#proven > 0 && this.#mode === 'active') this.#fill(now);
    } else {
      this.#renew(now);
      this.#fill(now);
      this.#announce();
    }
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }

  #working(): Worker[] {
    return [...this.#workers.values()].filter(isWorking);
  }

  #isUnused(): boolean {
    if (this.#mode === 'unstarted') return true;
    if (!this.#onDemand || this.#mode === 'resuming' || this.#proven < this.#generation) return false;
    const working = this.#working();
    return working.length > 0 && working.every(({ isIdle, phase }) => phase === 'ready' && isIdle);
  }

  #deactivate(): void {
    const isFirst = this.#mode === 'unstarted';
    this.#mode = 'inactive';
    this.#pauses.forgetCrashes();
    for (const worker of this.#workers.values()) this.#stop(worker);
    this.#commands.push({ kind: 'await-connection' });
    this.#say(isFirst ? { event: 'started', workers: 0 } : { event: 'idle' });
  }

  #prove(generation: number): void {
    this.#proven = generation;
    this.#reloadAgain();
  }

  /** Begins the reload that has waited, if there is one. */
  #reloadAgain(): void {
    if (this.#reloads === 'no') return;
    this.#reloads = 'no';
    this.#generation += 1;
  }

  /** The first worker of all has ended before it was ready. */
  #tryAgain(now: number): void {
    this.#reloadAgain();
    this.#say({ event: 'start-failed', delay: this.#pauses.startFailed(now) });
  }

  #giveUpResuming(now: number): void {
    this.#mode = 'inactive';
    // The next start loads everything anew.
    this.#reloads = 'no';
    this.#generation = this.#proven;
    this.#commands.push({ kind: 'await-connection' });
    this.#say({ event: 'resume-failed', delay: this.#pauses.startFailed(now) });
  }

  #startFirst(now: number): void {
    if (this.#isFirstUnderWay()) return;
    const oldest = [...this.#workers.values()].find(
      (worker) => worker.phase === 'ready' && !this.#isBeingReplaced(worker),
    );
    // One that replaces no worker would be one too many. Another event will start one.
    const isFirst = this.#proven === 0 || this.#mode === 'resuming';
    if ((isFirst || this.#isUnserved()) && this.#isPausing(now)) return;
    if (oldest !== undefined || isFirst) this.#spawn(now, oldest);
  }

  /** Whether the socket has been replaced, and no worker serves the new one. */
  #isUnserved(): boolean {
    if (this.#lastOnOldSocket === 0) return false;
    return !this.#working().some(({ id, phase }) => phase === 'ready' && id > this.#lastOnOldSocket);
  }

  #isFirstUnderWay(): boolean {
    return [...this.#workers.values()].some(({ generation }) => generation === this.#generation);
  }

  /** Starts a worker for each of an older generation, or for one that is due, unless there were crashes a moment ago. */
  #renew(now: number): void {
    const due = [...this.#workers.values()].filter(
      (worker) =>
        worker.phase === 'ready' &&
        (worker.isDue || worker.generation < this.#generation) &&
        !this.#isBeingReplaced(worker),
    );
    if (due.length === 0 || this.#isPausing(now)) return;
    const outdated = due.filter(({ generation }) => generation < this.#generation);
    for (const worker of outdated) this.#spawn(now, worker);
    // Workers that are equally old are due at the same time; all at once would take twice the memory.
    const isRenewing = [...this.#workers.values()].some(
      ({ phase, replaces }) => phase === 'starting' && replaces !== undefined,
    );
    const [first] = due;
    if (first === undefined || isRenewing) return;
    const { renewsNotBefore } = this.#pauses;
    if (now >= renewsNotBefore) this.#spawn(now, first);
    else this.#commands.push({ kind: 'timer', at: renewsNotBefore });
  }

  /** Starts what is missing, unless there were crashes a moment ago. */
  #fill(now: number): void {
    const working = this.#working();
    const replaced = working.filter((worker) => this.#isBeingReplaced(worker));
    const missing = this.#size - (working.length - replaced.length);
    if (missing <= 0 || this.#isPausing(now)) return;
    for (let count = 0; count < missing; count += 1) this.#spawn(now, undefined, this.#proven);
  }

  /** Whether nothing is to be started now; there will be a call when it is. */
  #isPausing(now: number): boolean {
    const { notBefore } = this.#pauses;
    if (now >= notBefore) return false;
    this.#commands.push({ kind: 'timer', at: notBefore });
    return true;
  }

  #spawn(now: number, replaced: Worker | undefined, generation = this.#generation): void {
    this.#lastId += 1;
    const id = this.#lastId;
    const number = replaced?.number ?? this.#freeNumber();
    const worker = {
      id,
      generation,
      number,
      startedAt: now,
      replaces: replaced?.id,
      isIdle: false,
      isDue: false,
    };
    this.#workers.set(id, { ...worker, phase: 'starting' });
    this.#commands.push({ kind: 'spawn', id, generation, number });
  }

  /** The lowest number that no worker has, unless that stops. */
  #freeNumber(): number {
    const taken = new Set(this.#working().map(({ number }) => number));
    let number = 0;
    while (taken.has(number)) number += 1;
    return number;
  }

  #stop(worker: Worker): void {
    if (!isWorking(worker)) return;
    worker.phase = 'stopping';
    this.#commands.push({ kind: 'stop', id: worker.id });
  }

  #isBeingReplaced({ id }: Worker): boolean {
    return [...this.#workers.values()].some(({ phase, replaces }) => phase === 'starting' && replaces === id);
  }

  #countCrash(worker: Worker, now: number): void {
    const { crashes, delay } = this.#pauses.crashed(worker.startedAt, now);
    if (crashes >= LOOP) this.#say({ event: 'crash-loop', crashes, delay });
  }

  /** Once for each generation, when all its workers are ready, and no other takes connections. */
  #announce(): void {
    if (this.#announced >= this.#generation) return;
    const workers = [...this.#workers.values()];
    const latest = workers.filter(({ generation }) => generation === this.#generation);
    const ready = latest.filter(({ phase }) => phase === 'ready');
    if (ready.length < this.#size || workers.some(({ phase }) => phase === 'stopping')) return;
    const isFirst = this.#announced === 0;
    this.#announced = this.#generation;
    if (this.#calledFor === this.#generation) {
      this.#say({ event: 'resumed', workers: ready.length });
      return;
    }
    if (isFirst) this.#say({ event: 'started', workers: ready.length });
    // Also of a reload that was wanted before it had started.
    if (this.#generation > 1) this.#say({ event: 'reloaded', generation: this.#generation });
  }

  #say(what: PoolNews): void {
    this.#commands.push({ kind: 'say', what });
  }
}
