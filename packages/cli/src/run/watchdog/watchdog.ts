import { Worker } from 'node:worker_threads';
import { programFile } from '../programs.ts';
import { hasRoomForThread } from './room-for-thread.ts';
import { watchParent } from './watch-parent.ts';

/** What the watchdog looks after. */
export interface WatchdogData {
  /** The heartbeat of the event loop. */
  readonly eventLoop?: { readonly beat: Int32Array; readonly interval: number; readonly timeout: number };
  /** The process that this one must not outlive, and the seconds that requests under way have to end. */
  readonly parent?: { readonly grace: number; readonly pid: number };
}

/** Milliseconds between two heartbeats. */
const LONGEST_INTERVAL = 500;
const NO_ROOM =
  'a blocked event loop will not be noticed: the limit of the address space (ulimit -v, RLimitMEM) leaves no room for the thread that would. Raise it by 1 GB, or leave --blocked-timeout out';

/** So many heartbeats at least have to be missing. */
const BEATS = 5;

/**
 * A thread of its own that looks after this process, whatever the application does to its event loop: ends it when it
 * outlives its parent, or when its event loop has been blocked for too long.
 */
export class Watchdog {
  readonly #eventLoop: WatchdogData['eventLoop'];

  /**
   * @param parent see {@link WatchdogData}
   * @param blockedTimeout seconds; without it the event loop is not looked at
   * @param say told where there is no room for a thread
   */
  constructor(
    parent: WatchdogData['parent'],
    blockedTimeout: number | undefined,
    say: (message: string) => void,
  ) {
    if (!hasRoomForThread()) {
      // Not while the application blocks its event loop, but always afterwards.
      if (parent !== undefined) void watchParent(parent, false);
      if (blockedTimeout !== undefined) say(NO_ROOM);
      return;
    }
    if (blockedTimeout !== undefined) {
      const timeout = blockedTimeout * 1000;
      const beat = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      this.#eventLoop = { beat, interval: Math.min(timeout / BEATS, LONGEST_INTERVAL), timeout };
    }
    if (parent === undefined && this.#eventLoop === undefined) return;
    const workerData: WatchdogData = {
      ...(this.#eventLoop === undefined ? {} : { eventLoop: this.#eventLoop }),
      ...(parent === undefined ? {} : { parent }),
    };
    new Worker(programFile('watchdog'), { workerData }).unref();
  }

  /** From now on the event loop must not be blocked. While an application is loaded, it may be. */
  async watchEventLoop(): Promise<void> {
    if (this.#eventLoop === undefined) return;
    const { beat, interval } = this.#eventLoop;
    const debuggerUrl = process.features.inspector ? (await import('node:inspector')).url : () => undefined;
    let count = 0;
    const pulsate = () => {
      count = (count % 0x7fff_ffff) + 1;
      // Who may stop at a breakpoint is not watched, which is what 0 means.
      Atomics.store(beat, 0, debuggerUrl() === undefined ? count : 0);
    };
    // At once: the first request may block it.
    pulsate();
    setInterval(pulsate, interval).unref();
  }
}
