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

/**
 * Makes text from outside fit for one line of a log or a terminal: control characters (C0, C1, DEL), line and
 * paragraph separators and characters that change the writing direction become escapes such as `\n` and
 * `\x1b`, and a backslash is doubled so that nothing can be mistaken for an escape.
 *
 * @param text any text, for example what an application wrote to STDERR
 * @returns one line
 */
export function escapeLogText(text: string): string {
  let escaped = '';
  for (const character of text) escaped += escapeCharacter(character);
  return escaped;
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
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return `\\x${code.toString(16).padStart(2, '0')}`;
  const separates = code === 0x2028 || code === 0x2029;
  const turns =
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069);
  return separates || turns ? `\\u${code.toString(16)}` : character;
}
