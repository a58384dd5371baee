import { locateNameValuePairs } from '@fcgi-js/protocol';
import { FcgiOptionError } from '@fcgi-js/protocol/options';
import { keyOf, keysOf, type PlacedNames } from './name-keys.ts';

/** What `console.log()` asks an object for. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

const NOT_A_BYTE = /[^\0-\xff]/;

/**
 * From this length on a slice of a text is a reference to all of it: an application that keeps an address of each
 * visitor would keep all params of a request with it, 1,258 bytes instead of 42.
 */
const SLICED_LENGTH = 13;

/**
 * The params of one request (FastCGI 1.0 §5.2; RFC 3875 §4.1 calls them meta-variables), to be read like a
 * `Map` of strings.
 *
 * Every character is one byte (Latin-1), as in the headers of `node:http`: nothing is re-encoded or lost, and
 * `Buffer.from(value, 'latin1')` gives the bytes. Where a name came more than once, the last one counts, as
 * nginx intends.
 */
export class Params implements ReadonlyMap<string, string> {
  /** Names and values, and whatever else was between them. */
  readonly #text: string;
  readonly #positions: readonly number[];
  /** What {@link keyOf} gives for each name, so that most names are distinguished without looking at them. */
  readonly #keys: readonly number[];
  #map: ReadonlyMap<string, string> | undefined;

  private constructor(text: string, positions: readonly number[]) {
    this.#text = text;
    this.#positions = positions;
    this.#keys = keysOf(text, positions);
  }

  /**
   * Reads a complete PARAMS stream.
   *
   * @param bytes the content of its records
   * @param limits most bytes of the stream, and most pairs of a name and a value in it
   * @throws RemoteProtocolError where a limit is exceeded or the last pair is cut off
   */
  static decode(bytes: Buffer, limits: { bytes: number; pairs: number }): Params {
    const positions = locateNameValuePairs(bytes, limits);
    return new Params(bytes.toString('latin1'), positions);
  }

  /**
   * As {@link decode}, but values are cut out of the bytes until {@link releaseBytes} is called, before which they do not change.
   *
   * @internal
   */
  static decodeInPlace(bytes: Buffer, limits: { bytes: number; pairs: number }): Params {
    const params = Params.decode(bytes, limits);
    source = bytes;
    inSource = params.#text;
    return params;
  }

  /** @internal */
  static releaseBytes(): void {
    source = copying;
    inSource = '';
  }

  /**
   * Makes params of names and values, each character of which is one byte.
   *
   * @throws FcgiOptionError where a character is none: `Buffer.from(text).toString('latin1')` gives those of UTF-8
   */
  static from(entries: Iterable<readonly [name: string, value: string]>): Params {
    let text = '';
    const positions: number[] = [];
    for (const [name, value] of entries) {
      const middle = text.length + name.length;
      positions.push(text.length, middle, middle + value.length);
      text += name + value;
    }
    // Otherwise what is left of a character might be a line end.
    if (NOT_A_BYTE.test(text))
      throw new FcgiOptionError('Params: every character must be one byte (U+0000 to U+00FF).');
    return new Params(text, positions);
  }

  /** The value of a name, or `undefined` if it did not come. */
  get(name: string): string | undefined {
    const keys = this.#keys;
    const key = keyOf(name, 0, name.length);
    // Backwards, because the last one counts. Comparing in place is cheaper than a map for the few names that
    // a request is asked for.
    for (let i = keys.length - 1; i >= 0; i -= 1) {
      if (keys[i] === key) {
        const positions = this.#positions;
        if (this.#text.startsWith(name, positions[i * 3])) {
          return this.#piece(positions[i * 3 + 1]!, positions[i * 3 + 2]!);
        }
      }
    }
    return undefined;
  }

  /** Whether a name came. */
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /**
   * Calls `callback` with what `names` makes of a name, and the value, for every pair as it came of which it makes something,
   * in order.
   *
   * @internal
   */
  each(names: PlacedNames, callback: (made: string, value: string) => void): void {
    const text = this.#text;
    const positions = this.#positions;
    const keys = this.#keys;
    for (let i = 0; i < keys.length; i += 1) {
      // Most names begin with another letter.
      if (!names.canHave(keys[i]!)) continue;
      const middle = positions[i * 3 + 1]!;
      const made = names.at(i, keys[i]!, text, positions[i * 3]!, middle);
      if (made !== '') callback(made, this.#piece(middle, positions[i * 3 + 2]!));
    }
  }

  /** Every pair as it came, in order, repeated names included. */
  *received(): Generator<[name: string, value: string]> {
    const positions = this.#positions;
    for (let i = 0; i < positions.length; i += 3) {
      const middle = positions[i + 1]!;
      yield [this.#piece(positions[i]!, middle), this.#piece(middle, positions[i + 2]!)];
    }
  }

  /** How many different names came. */
  get size(): number {
    return this.#asMap().size;
  }

  /** The names and values, each name once. */
  entries(): MapIterator<[name: string, value: string]> {
    return this.#asMap().entries();
  }

  /** The names, each once. */
  keys(): MapIterator<string> {
    return this.#asMap().keys();
  }

  /** The values, in the order of {@link keys}. */
  values(): MapIterator<string> {
    return this.#asMap().values();
  }

  /** Calls `callback` for each name with its value. */
  forEach(callback: (value: string, name: string, params: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this.#asMap()) callback(value, name, this);
  }

  /** The names and values, each name once. */
  [Symbol.iterator](): MapIterator<[name: string, value: string]> {
    return this.entries();
  }

  /** The names and values as an object, for `JSON.stringify()`. */
  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#asMap());
  }

  /** @internal */
  [INSPECT](_depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    return `Params ${inspect(this.#asMap(), options)}`;
  }

  #piece(start: number, end: number): string {
    return end - start < SLICED_LENGTH ? this.#text.slice(start, end) : copyOf(this.#text, start, end);
  }

  #asMap(): ReadonlyMap<string, string> {
    this.#map ??= new Map(this.received());
    return this.#map;
  }
}

/** Room for the params of nearly every request. */
const copying = Buffer.allocUnsafeSlow(16_384);

/** Where values are cut out of: most of what is asked for is asked for of the params that came last. */
let source: Buffer = copying;

/** The text that stands in {@link source}. */
let inSource = '';

/** A part of a text, in memory of its own. */
function copyOf(text: string, start: number, end: number): string {
  if (inSource !== text) {
    if (text.length > copying.length) return Buffer.from(text.slice(start, end), 'latin1').toString('latin1');
    copying.write(text, 'latin1');
    source = copying;
    inSource = text;
  }
  return source.toString('latin1', start, end);
}
