import { TailText } from './tail-text.ts';

/** What a process writes from one moment on, until the window is closed. */
export interface OutputWindow {
  readonly text: string;
  close(): void;
  /** Waits until what was written is enough; at most so many milliseconds. */
  waitFor(isEnough: (text: string) => boolean, timeout: number): Promise<void>;
}

/** What a process writes, for those who look at a part of it. */
export class ProcessOutput {
  readonly #listeners = new Set<(chunk: Uint8Array) => void>();

  add(chunk: Uint8Array): void {
    for (const listener of [...this.#listeners]) listener(chunk);
  }

  /** Opens a window: what is written from now on is seen in it, its end where it is long. */
  open(): OutputWindow {
    const tail = new TailText();
    const add = (chunk: Uint8Array) => tail.add(chunk);
    this.#listeners.add(add);
    return {
      get text() {
        return tail.text;
      },
      close: () => this.#listeners.delete(add),
      waitFor: (isEnough, timeout) => this.#waitFor(() => isEnough(tail.text), timeout),
    };
  }

  #waitFor(isEnough: () => boolean, timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        resolve();
      };
      const check = () => {
        if (isEnough()) done();
      };
      const timer = setTimeout(done, timeout);
      this.#listeners.add(check);
      check();
    });
  }
}
