import type { PoolStatus } from './pool-status.ts';
import type { Snapshot } from './snapshot.ts';

/** Milliseconds that workers have to tell their figures; one that is blocked does not. */
const PATIENCE = 200;

/** Asks all workers for their figures before it gives them on. */
export class FreshFigures {
  readonly #status: PoolStatus;
  readonly #report: () => readonly number[];
  #waiting = new Set<number>();
  #complete: () => void = () => {};
  #under: Promise<Snapshot> | undefined;

  /** @param report asks the workers to tell their figures; gives the ids of those that were asked */
  constructor(status: PoolStatus, report: () => readonly number[]) {
    this.#status = status;
    this.#report = report;
  }

  /** A worker has told its figures, or will never do so. */
  heard(id: number): void {
    if (this.#waiting.delete(id) && this.#waiting.size === 0) this.#complete();
  }

  /** What there is to tell, as new as it can be. */
  readonly snapshot = (): Promise<Snapshot> => {
    this.#under ??= this.#ask().finally(() => {
      this.#under = undefined;
    });
    return this.#under;
  };

  async #ask(): Promise<Snapshot> {
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, PATIENCE);
      this.#complete = () => {
        clearTimeout(late);
        resolve();
      };
      this.#waiting = new Set(this.#report());
      if (this.#waiting.size === 0) this.#complete();
    });
    return this.#status.snapshot();
  }
}
