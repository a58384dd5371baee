import type { LogSink } from './log-file.ts';

/** Gathers the lines of one turn of the event loop, because passing them on costs more than they do. */
export class TurnSink implements LogSink {
  readonly #pass: (lines: string) => void;
  #lines = '';

  /** @param pass takes what has been gathered */
  constructor(pass: (lines: string) => void) {
    this.#pass = pass;
    // Also of a process that crashes.
    process.on('exit', () => this.#flush());
  }

  write(lines: string): void {
    if (this.#lines === '') setImmediate(() => this.#flush());
    this.#lines += lines;
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '') this.#pass(lines);
  }
}
