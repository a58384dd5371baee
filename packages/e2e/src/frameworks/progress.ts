/** Lets callers wait until something is the case, which is looked at whenever {@link changed} is called. */
export class Progress {
  readonly #waiting = new Set<() => void>();

  /** Resolves as soon as `reached` gives true. */
  until(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!reached()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Something changed. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}
