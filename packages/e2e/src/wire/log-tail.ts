import type { Readable } from 'node:stream';

/** What is kept of the beginning and of the end of a log, in characters each. */
const KEPT = 65_536;

/**
 * What a process prints. All of it is read, so that the process never waits for its reader, but only the beginning
 * and the end are kept: a process under attack may print a lot.
 */
export class LogTail {
  #beginning = '';
  #end = '';
  #bytes = 0;
  readonly #waiting = new Set<() => void>();

  /** @param streams what the process prints to; absent ones are left out */
  constructor(streams: ReadonlyArray<Readable | null>) {
    for (const stream of streams) stream?.setEncoding('latin1').on('data', (text: string) => this.#add(text));
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is kept. */
  get text(): string {
    return this.#end === '' ? this.#beginning : `${this.#beginning}\n[…]\n${this.#end}`;
  }

  /**
   * Waits until the log has a match.
   *
   * @param pattern what to look for
   * @param exited resolves when nothing more will come
   * @throws Error with the log where it does not come
   */
  async find(pattern: RegExp, exited: Promise<string>, timeout: number): Promise<RegExpExecArray> {
    return await new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const give = (why: string) => settle(() => reject(new Error(`${why}, and printed:\n${this.text}`)));
      const look = () => {
        const found = pattern.exec(this.text);
        if (found !== null) settle(() => resolve(found));
      };
      const timer = setTimeout(() => give(`The process did not print ${pattern}`), timeout);
      this.#waiting.add(look);
      void exited.then((how) => give(`The process ended (${how})`));
      look();
    });
  }

  #add(text: string): void {
    this.#bytes += text.length;
    const room = KEPT - this.#beginning.length;
    this.#beginning += text.slice(0, room);
    if (text.length > room) this.#end = (this.#end + text.slice(room)).slice(-KEPT);
    for (const look of this.#waiting) look();
  }
}
