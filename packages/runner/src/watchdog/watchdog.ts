import { Worker } from 'node:worker_threads';
import { programFile } from '../programs.ts';
import { hasRoomForThread } from './room-for-thread.ts';
import { watchParent } from './watch-parent.ts';
import { START, type WatchdogData } from './watchdog-data.ts';

/** What a watchdog is made of. */
export interface WatchdogOptions {
  /** Seconds for which the event loop may be blocked; undefined: for ever. */
  readonly blockedTimeout: number | undefined;
  readonly parent?: WatchdogData['parent'];
  /** Told why it no longer looks after anything. */
  readonly failed: (reason: string) => void;
  /** Seconds that the application has to be loaded. */
  readonly startTimeout: number;
}

/** Milliseconds between two heartbeats. */
const LONGEST_INTERVAL = 500;
const START_INTERVAL = 100;
const NO_ROOM =
  'the limit of the address space (ulimit -v, RLimitMEM) leaves no room for it. Raise it by 1 GB, or leave --blocked-timeout out';

/** So many heartbeats at least have to be missing. */
const BEATS = 5;
/** What its thread may take, in MiB. As much as Node gives by default is not to be had under a low `ulimit -v`. */
const MEMORY = { codeRangeSizeMb: 16, maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 };

/**
 * A thread of its own that looks after this process, whatever the application does to its event loop: ends it when it
 * outlives its parent, or when its event loop has been blocked for too long, at the start or later.
 */
export class Watchdog {
  /** Resolves when it looks after the process; rejects where it cannot. */
  readonly stands: Promise<void>;
  readonly #eventLoop: WatchdogData['eventLoop'];
  readonly #phase = sharedNumber();
  readonly #isNeededLater: boolean;
  #startPulse: NodeJS.Timeout | undefined;
  #thread: Worker | undefined;

  constructor({ blockedTimeout, failed, parent, startTimeout }: WatchdogOptions) {
    if (blockedTimeout !== undefined) {
      const timeout = blockedTimeout * 1000;
      this.#eventLoop = {
        beat: sharedNumber(),
        interval: Math.min(timeout / BEATS, LONGEST_INTERVAL),
        timeout,
      };
    }
    this.#isNeededLater = (parent ?? this.#eventLoop) !== undefined;
    const start = { beat: sharedNumber(), phase: this.#phase, timeout: startTimeout * 1000 };
    this.#startPulse = setInterval(() => Atomics.add(start.beat, 0, 1), START_INTERVAL).unref();
    // Who may stop at a breakpoint is not watched.
    const workerData: WatchdogData = {
      ...(this.#eventLoop === undefined ? {} : { eventLoop: this.#eventLoop }),
      ...(parent === undefined ? {} : { parent }),
      ...(isDebugged() ? {} : { start }),
    };
    if (!hasRoomForThread()) {
      // Not while the application blocks its event loop, but always afterwards.
      if (parent !== undefined) void watchParent(parent, false);
      if (blockedTimeout !== undefined) failed(NO_ROOM);
      this.stands = Promise.resolve();
      return;
    }
    this.stands = new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        failed((error as Error).message);
        reject(error);
      };
      try {
        const thread = new Worker(programFile('watchdog'), { resourceLimits: MEMORY, workerData });
        thread.once('message', () => resolve());
        thread.on('error', fail);
        thread.unref();
        this.#thread = thread;
      } catch (error) {
        fail(error);
      }
    });
    // `failed` says it, whether or not this promise is awaited.
    this.stands.catch(() => {});
  }

  /** Resolves when its thread has loaded all that it takes, or has failed. */
  async loaded(): Promise<void> {
    // The thread alone does not keep the process.
    this.#thread?.ref();
    await this.stands.catch(() => {}).finally(() => this.#thread?.unref());
  }

  /** The application has been loaded: from now on the event loop must not be blocked for longer than is allowed then. */
  async watchEventLoop(): Promise<void> {
    Atomics.store(this.#phase, 0, START.done);
    clearInterval(this.#startPulse);
    if (!this.#isNeededLater) {
      await this.#thread?.terminate();
      return;
    }
    // Before the thread stands: the first request may come before, and block the event loop.
    if (this.#eventLoop !== undefined) startPulse(this.#eventLoop);
    // Only then is everything there that a process that serves is to have.
    this.#thread?.ref();
    await this.stands.finally(() => this.#thread?.unref());
  }
}

/** Shows the thread that the event loop turns: at once, and as long as it does. */
function startPulse({ beat, interval }: NonNullable<WatchdogData['eventLoop']>): void {
  let count = 0;
  const pulsate = () => {
    count = (count % 0x7fff_ffff) + 1;
    // 0: not watched.
    Atomics.store(beat, 0, isDebugged() ? 0 : count);
  };
  pulsate();
  setInterval(pulsate, interval).unref();
}

/** Whether the inspector of Node is open. */
function isDebugged(): boolean {
  return process.features.inspector && process.getBuiltinModule('node:inspector').url() !== undefined;
}

/** A number that two threads see. */
function sharedNumber(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}
