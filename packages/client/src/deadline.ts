import { FcgiTimeoutError, type TimeoutPhase } from './request-errors.ts';
import { startTimer } from './stall-timer.ts';

/**
 * When something ends early: at a time-out, or with an outer deadline or signal. Much of what an AbortSignal is,
 * without the cost of making one for every request.
 */
export class Deadline {
  readonly #callbacks = new Set<() => void>();
  readonly #forget: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #passed = false;
  #reason: unknown;

  /**
   * @param phase what times out, for the error
   * @param milliseconds the time-out, from now
   * @param outer ends this one too, for its own reason
   */
  constructor(phase: TimeoutPhase, milliseconds: number, outer: AbortSignal | Deadline | undefined) {
    this.#forget = outer === undefined ? () => {} : this.#follow(outer);
    this.#timer = startTimer(() => this.#pass(new FcgiTimeoutError(phase, milliseconds)), milliseconds);
    if (this.#passed) this.dispose();
  }

  /** Whether it has passed. */
  get passed(): boolean {
    return this.#passed;
  }

  /** Why: a FcgiTimeoutError, or the reason of the signal. */
  get reason(): unknown {
    return this.#reason;
  }

  /**
   * Calls back once, when it passes; not if it has passed.
   *
   * @returns a function that takes the call back
   */
  onPassed(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  /** @throws its reason where it has passed */
  throwIfPassed(): void {
    if (this.#passed) throw this.#reason;
  }

  /**
   * Waits for a promise that is not rejected, but no longer than until it passes.
   *
   * @throws its reason where it has passed
   */
  async race(promise: Promise<void>): Promise<void> {
    this.throwIfPassed();
    let forget = () => {};
    const passed = new Promise<void>((resolve) => {
      forget = this.onPassed(resolve);
    });
    await Promise.race([promise, passed]);
    forget();
    this.throwIfPassed();
  }

  /** Lets go of the timer and of the outer one: it will not pass any more. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#forget();
  }

  #follow(outer: AbortSignal | Deadline): () => void {
    const follow = () => this.#pass(outer.reason);
    if (outer instanceof Deadline) {
      if (outer.passed) follow();
      return outer.onPassed(follow);
    }
    if (outer.aborted) follow();
    outer.addEventListener('abort', follow, { once: true });
    return () => outer.removeEventListener('abort', follow);
  }

  #pass(reason: unknown): void {
    if (this.#passed) return;
    this.#passed = true;
    this.#reason = reason;
    const callbacks = [...this.#callbacks];
    this.#callbacks.clear();
    for (const callback of callbacks) callback();
  }
}
