/** Numbers that look random and are the same for the same seed, in every process. */
export class Random {
  #state: number;

  /** @param seed a whole number from 0 to 2^32 - 1 */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    // A linear step and the finalizer of MurmurHash3, which spreads it over all bits.
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
    value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35);
    return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, but not including, `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** A whole number from `from` to `to`. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new Error('There is nothing to pick from.');
    return picked;
  }

  /** Whether something with this probability, 0 to 1, happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Bytes. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** A seed from the environment, otherwise a new one. */
export function seedFrom(variable: string): number {
  const text = process.env[variable];
  return text === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(text);
}
