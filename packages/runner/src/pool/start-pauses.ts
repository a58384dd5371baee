/** A worker that lives so long is no crash at the start. */
const STEADY_AFTER = 10_000;
/** The pause before the second start in a row; it doubles with each. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 30_000;
/** The pause before a worker is replaced that took too much memory from the start; it doubles, too. */
const FIRST_MEMORY_PAUSE = 1_000;
/** One worker may have had a request that took much; from so many in a row on it is the limit. */
const MEMORY_LOOP = 2;

/** How long a pool waits before it starts workers that may end as soon as those before them. Times are in milliseconds. */
export class StartPauses {
  #crashes = 0;
  #notBefore = 0;
  /** Workers in a row that have reached the limit of memory soon after their start. */
  #overMemory = 0;
  #renewsNotBefore = 0;

  /** When the next worker may start. */
  get notBefore(): number {
    return this.#notBefore;
  }

  /** When the next worker may be replaced by a fresh one. */
  get renewsNotBefore(): number {
    return this.#renewsNotBefore;
  }

  /** What has crashed is gone, or may have been corrected. */
  forgetCrashes(): void {
    this.#crashes = 0;
    this.#notBefore = 0;
  }

  /** The limit of memory may be another one now. */
  forgetMemory(): void {
    this.#overMemory = 0;
    this.#renewsNotBefore = 0;
  }

  /** The first worker of a start has ended before it was ready. @returns the pause before the next one */
  startFailed(now: number): number {
    const delay = Math.min(FIRST_PAUSE * 2 ** this.#crashes, LONGEST_PAUSE);
    this.#crashes += 1;
    this.#notBefore = now + delay;
    return delay;
  }

  /** A worker has ended. @returns how many have done so soon after their start, and the pause before the next one */
  crashed(startedAt: number, now: number): { readonly crashes: number; readonly delay: number } {
    this.#crashes = now - startedAt >= STEADY_AFTER ? 1 : this.#crashes + 1;
    // The first one is replaced at once.
    if (this.#crashes === 1) return { crashes: 1, delay: 0 };
    const delay = Math.min(FIRST_PAUSE * 2 ** (this.#crashes - 2), LONGEST_PAUSE);
    this.#notBefore = now + delay;
    return { crashes: this.#crashes, delay };
  }

  /**
   * A worker has reached the limit of memory. A limit below what the application needs would replace its workers for ever, one after
   * the other.
   *
   * @returns the pause before the next replacement, where it is worth a line
   */
  overMemory(startedAt: number, now: number): number | undefined {
    this.#overMemory = now - startedAt >= STEADY_AFTER ? 0 : this.#overMemory + 1;
    if (this.#overMemory < MEMORY_LOOP) return undefined;
    const delay = Math.min(FIRST_MEMORY_PAUSE * 2 ** (this.#overMemory - MEMORY_LOOP), LONGEST_PAUSE);
    this.#renewsNotBefore = now + delay;
    return this.#overMemory === MEMORY_LOOP ? delay : undefined;
  }
}
