import { type Bytes, join } from './bytes.ts';

/** Bytes that the lengths of a pair take; by default the fewest that hold them. */
export interface LengthForms {
  readonly name?: 1 | 4;
  readonly value?: 1 | 4;
}

/** One name-value pair (FastCGI 1.0, section 3.4), its lengths in one or four bytes. */
export function pair(name: Bytes, value: Bytes, forms: LengthForms = {}): Uint8Array {
  const nameBytes = join(name);
  const valueBytes = join(value);
  return join(
    lengthBytes(nameBytes.length, forms.name),
    lengthBytes(valueBytes.length, forms.value),
    nameBytes,
    valueBytes,
  );
}

/** Several pairs, each length in the fewest bytes. */
export function pairs(list: Iterable<readonly [name: Bytes, value: Bytes]>): Uint8Array {
  return join(...Array.from(list, ([name, value]) => pair(name, value)));
}

/** A length on its own, for pairs that are not there as a whole. */
export function lengthBytes(length: number, form: 1 | 4 = length > 127 ? 4 : 1): Uint8Array {
  if (form === 1) {
    if (length > 127) throw new Error(`One byte holds no length of ${length}`);
    return Uint8Array.of(length);
  }
  return Uint8Array.of(
    128 + Math.floor(length / 2 ** 24),
    Math.floor(length / 2 ** 16) % 256,
    Math.floor(length / 2 ** 8) % 256,
    length % 256,
  );
}
