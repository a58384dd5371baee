/** What tells most names apart, as one number: the length, the first and the last character. */
export function keyOf(text: string, start: number, end: number): number {
  if (end === start) return 0;
  return ((end - start) << 16) | ((text.charCodeAt(start) & 0xff) << 8) | (text.charCodeAt(end - 1) & 0xff);
}

/** Filled by each call, so that no list grows for every request. */
const found: number[] = [];
const KEPT_FOUND = 1_000;

/** The keys of names that lie in a text, by positions as of `locateNameValuePairs`. */
export function keysOf(text: string, positions: readonly number[]): number[] {
  const length = positions.length / 3;
  for (let i = 0; i < length; i += 1) found[i] = keyOf(text, positions[i * 3]!, positions[i * 3 + 1]!);
  const keys = found.slice(0, length);
  if (length > KEPT_FOUND) found.length = 0;
  return keys;
}

/** Names beyond this place among the params are looked up. */
const PLACES = 64;
/** Longer names are not kept: they are not usual, and a peer that sends them must not fill the memory. */
const KEPT_LENGTH = 64;
const KEPT_NAMES = 1_000;

/**
 * What is made of the names of params that have a prefix, so that it is not made for every request. Web servers send most of
 * them in the same order each time: those that came last at their places need neither be cut out nor looked up.
 */
export class PlacedNames {
  readonly #prefix: string;
  readonly #initial: number;
  readonly #make: (name: string) => string;
  readonly #keys: number[] = new Array(PLACES).fill(-1);
  readonly #names: string[] = new Array(PLACES).fill('');
  readonly #made: string[] = new Array(PLACES).fill('');
  readonly #known = new Map<string, string>();

  /** @param make gives '' for a name of which nothing is to be made */
  constructor(prefix: string, make: (name: string) => string) {
    this.#prefix = prefix;
    this.#initial = prefix.charCodeAt(0);
    this.#make = make;
  }

  /** Whether a name with this key may begin with the prefix. */
  canHave(key: number): boolean {
    return ((key >>> 8) & 0xff) === this.#initial;
  }

  /**
   * What is made of the name at a place, or '' where it does not begin with the prefix.
   *
   * @param key what {@link keyOf} gives for it
   */
  at(place: number, key: number, text: string, start: number, end: number): string {
    if (key === this.#keys[place] && text.startsWith(this.#names[place]!, start)) return this.#made[place]!;
    if (!text.startsWith(this.#prefix, start) || end - start < this.#prefix.length) return '';
    const name = text.slice(start, end);
    const made = this.#known.get(name) ?? this.#make(name);
    if (name.length > KEPT_LENGTH) return made;
    // A copy: the name as it is holds on to all params of its request.
    const copy = Buffer.from(name, 'latin1').toString('latin1');
    if (this.#known.size < KEPT_NAMES) this.#known.set(copy, made);
    if (place < PLACES) {
      this.#keys[place] = key;
      this.#names[place] = copy;
      this.#made[place] = made;
    }
    return made;
  }
}
