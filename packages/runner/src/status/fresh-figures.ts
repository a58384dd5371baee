import type { Snapshot } from './snapshot.ts';
import type { StatusBook } from './status-book.ts';

/** Milliseconds that workers have to tell their figures; one that is blocked does not. */
const PATIENCE = 200;

/** Asks all workers for their figures before it gives them on. */
export class FreshFigures {
  readonly #book: StatusBook;
  readonly #report: () => readonly number[];
  #waiting = new Set<number>();
  #complete: () => void = () => {};
  #under: Promise<Snapshot> | undefined;

  /** @param report asks the workers to tell their figures; gives the ids of those that were asked */
  constructor(book: StatusBook, report: () => readonly number[]) {
    this.#book = book;
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
    return this.#book.snapshot();
  }
}
