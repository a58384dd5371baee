import { type AsyncHook, createHook } from 'node:async_hooks';

/** What Node keeps of a timer, and does not document: absent or null where it fires once. */
interface UndocumentedTimer extends NodeJS.Timeout {
  readonly _repeat?: number | null;
}

/** Counts the timers of `setInterval()` that keep a process running: the list of active resources has all timers as one kind. */
export class Intervals {
  readonly #hook: AsyncHook;
  readonly #timers = new Map<number, UndocumentedTimer>();

  constructor() {
    this.#hook = createHook({
      destroy: (id) => this.#timers.delete(id),
      init: (id, type, _trigger, timer) => {
        if (type === 'Timeout') this.#timers.set(id, timer as UndocumentedTimer);
      },
    }).enable();
  }

  get count(): number {
    return [...this.#timers.values()].filter((timer) => typeof timer._repeat === 'number' && timer.hasRef())
      .length;
  }

  /** Counts no more. */
  end(): void {
    this.#hook.disable();
    this.#timers.clear();
  }
}
