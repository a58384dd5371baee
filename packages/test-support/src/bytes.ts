/** What the builders take for bytes: an array, a list of numbers, or Latin-1 text. */
export type Bytes = Uint8Array | readonly number[] | string;

/** Bytes from hexadecimal digits; white space between them is for the reader. */
export function hex(digits: string): Uint8Array {
  const compact = digits.replaceAll(/\s/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(compact)) throw new Error(`These are no hexadecimal bytes: ${digits}`);
  return Uint8Array.from(compact.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Bytes from text: each character is the byte of the same number. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xff) throw new Error(`No byte has the number of the character ${character}`);
    return code;
  });
}

/** Text from bytes: each byte becomes the character of the same number. */
export function toLatin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** One array from many parts: arrays of bytes, lists of numbers, or Latin-1 text. */
export function join(...parts: readonly Bytes[]): Uint8Array {
  const arrays = parts.map((part) => (typeof part === 'string' ? latin1(part) : part));
  const whole = new Uint8Array(arrays.reduce((length, array) => length + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    whole.set(array, offset);
    offset += array.length;
  }
  return whole;
}

/** `length` bytes that count up from `start` and begin again after 255. */
export function pattern(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (start + index) & 0xff);
}

/** Bytes from Base64. */
export function fromBase64(text: string): Uint8Array {
  return latin1(atob(text));
}
