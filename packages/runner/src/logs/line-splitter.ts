const NEWLINE = 0x0a;
/** Bytes of a line; what is longer continues in a line of its own. Docker cuts at a quarter of that. */
const LONGEST_LINE = 65_536;

/** Puts something before each line of what a process prints, whatever bytes these lines are. */
export class LineSplitter {
  readonly #prefix: () => string;
  #partial: Buffer[] = [];
  #partialBytes = 0;

  /** @param prefix what stands before the next line */
  constructor(prefix: () => string) {
    this.#prefix = prefix;
  }

  /** Whether there is something of a line that has not ended. */
  get isIncomplete(): boolean {
    return this.#partialBytes > 0;
  }

  /** @returns the lines that are complete now */
  push(chunk: Buffer): Buffer | undefined {
    const whole: Buffer[] = [];
    let position = 0;
    while (position < chunk.length) {
      const room = position + LONGEST_LINE - this.#partialBytes;
      const newline = chunk.indexOf(NEWLINE, position);
      if (newline !== -1 && newline <= room) {
        this.#complete(whole, chunk.subarray(position, newline));
        position = newline + 1;
      } else if (room < chunk.length) {
        this.#complete(whole, chunk.subarray(position, room));
        position = room;
      } else {
        this.#partial.push(chunk.subarray(position));
        this.#partialBytes += chunk.length - position;
        break;
      }
    }
    return whole.length === 0 ? undefined : Buffer.concat(whole);
  }

  /** @returns what there was of a line without an end */
  end(): Buffer | undefined {
    if (!this.isIncomplete) return undefined;
    const whole: Buffer[] = [];
    this.#complete(whole, Buffer.alloc(0));
    return Buffer.concat(whole);
  }

  #complete(whole: Buffer[], rest: Buffer): void {
    whole.push(Buffer.from(this.#prefix()), ...this.#partial, rest, Buffer.of(NEWLINE));
    this.#partial = [];
    this.#partialBytes = 0;
  }
}
