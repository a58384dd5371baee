const EMPTY = new Uint8Array(0);

/** Collects what an application writes to STDERR for one request, up to a limit. */
export class StderrText {
  readonly #limit: number;
  #bytes = EMPTY;
  #length = 0;
  #dropped = 0;

  /** @param limit bytes that are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that came, above the limit or not. */
  get total(): number {
    return this.#length + this.#dropped;
  }

  /** Bytes that came above the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What was collected, as UTF-8; bytes that are none become U+FFFD. */
  get text(): string {
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#length).toString('utf8');
  }

  /** Takes the next bytes. */
  add(content: Uint8Array): void {
    const kept = Math.min(content.length, this.#limit - this.#length);
    this.#dropped += content.length - kept;
    const needed = this.#length + kept;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#limit, Math.max(needed, this.#bytes.length * 2)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(content.subarray(0, kept), this.#length);
    this.#length = needed;
  }
}

/** What a terminal obeys, or shows as nothing or in another place; of variation selectors the one that emoji have is harmless. */
const UNSHOWN = /(?!\ufe0f)[\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Makes text from outside fit for one line of a log or a terminal: control characters (C0, C1, DEL), line and
 * paragraph separators, characters that change the writing direction or have no width, and halves of surrogate pairs
 * become escapes such as `\n`, `\x1b` and `\u202e`, and a backslash is doubled so that nothing can be mistaken for an
 * escape.
 *
 * @param text any text, for example what an application wrote to STDERR
 * @returns one line
 */
export function escapeLogText(text: string): string {
  return text.replace(UNSHOWN, escapeCharacter);
}

const NAMED = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
]);

function escapeCharacter(character: string): string {
  const named = NAMED.get(character);
  if (named !== undefined) return named;
  const code = (character.codePointAt(0) ?? 0).toString(16);
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\u{${code}}`;
}
