/**
 * FastCGI records and name-value pairs decoded in the most naive way there is: the whole input at once, one byte at a
 * time, written from the specification and from nothing else. What the real decoders are compared with.
 */

/** What came of some bytes: values as text, and the code of the error that ended them, if one did. */
export interface Outcome {
  readonly error: string | undefined;
  readonly values: readonly string[];
}

/** Reads bytes one after the other; taking one too many is noticed. */
class Cursor {
  readonly #bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.position;
  }

  byte(): number {
    const byte = this.#bytes[this.position];
    if (byte === undefined) throw new EndOfBytes();
    this.position += 1;
    return byte;
  }

  number(size: number): number {
    let number = 0;
    for (let index = 0; index < size; index += 1) number = number * 256 + this.byte();
    return number;
  }

  text(length: number): string {
    if (length > this.left) throw new EndOfBytes();
    let text = '';
    for (let index = 0; index < length; index += 1) text += String.fromCharCode(this.byte());
    return text;
  }
}

class EndOfBytes extends Error {}

class Rule extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const APPLICATION_TYPES = [1, 2, 3, 4, 5, 6, 7, 8];
const MANAGEMENT_TYPES = [9, 10, 11];
const STREAM_TYPES = [4, 5, 6, 7, 8];

/** Section 3.3, as far as one direction can be read without knowing what was asked. */
export function naiveRecords(bytes: Uint8Array): Outcome {
  return outcomeOf(new Cursor(bytes), 'FCGI_RECORD_TRUNCATED', readRecord);
}

/** Section 3.4. */
export function naivePairs(bytes: Uint8Array): Outcome {
  return outcomeOf(new Cursor(bytes), 'FCGI_PAIR_TRUNCATED', (cursor) => {
    const nameLength = readLength(cursor);
    const valueLength = readLength(cursor);
    return `${JSON.stringify(cursor.text(nameLength))}=${JSON.stringify(cursor.text(valueLength))}`;
  });
}

function outcomeOf(
  cursor: Cursor,
  truncated: string,
  read: (cursor: Cursor, emit: (value: string) => void) => string | undefined,
): Outcome {
  const values: string[] = [];
  const emit = (value: string) => values.push(value);
  while (cursor.left > 0) {
    try {
      const value = read(cursor, emit);
      if (value !== undefined) values.push(value);
    } catch (error) {
      if (error instanceof EndOfBytes) return { error: truncated, values };
      if (error instanceof Rule) return { error: error.code, values };
      throw error;
    }
  }
  return { error: undefined, values };
}

/** A record is complete with its content; its padding may be cut off, which is an end in its middle nonetheless. */
function readRecord(cursor: Cursor, emit: (value: string) => void): string | undefined {
  const header = Array.from({ length: 8 }, () => cursor.byte());
  const [version = 0, type = 0, idHigh = 0, idLow = 0, lengthHigh = 0, lengthLow = 0, padding = 0] = header;
  if (header.every((byte) => byte === 0)) return undefined;
  if (version !== 1) throw new Rule('FCGI_VERSION_UNSUPPORTED');
  const id = idHigh * 256 + idLow;
  if (APPLICATION_TYPES.includes(type) && id === 0) throw new Rule('FCGI_REQUEST_ID_INVALID');
  if (MANAGEMENT_TYPES.includes(type) && id !== 0) throw new Rule('FCGI_REQUEST_ID_INVALID');
  emit(describe(type, id, cursor.text(lengthHigh * 256 + lengthLow)));
  cursor.text(padding);
  return undefined;
}

function describe(type: number, id: number, content: string): string {
  const at = (index: number) => content.charCodeAt(index);
  if ([1, 3, 11].includes(type) && content.length !== 8) throw new Rule('FCGI_RECORD_LENGTH_INVALID');
  if (type === 1) return `BEGIN ${id} role ${at(0) * 256 + at(1)} flags ${at(2)} keep ${at(2) % 2 === 1}`;
  if (type === 2) return `ABORT ${id}`;
  if (type === 3) {
    const status = ((at(0) * 256 + at(1)) * 256 + at(2)) * 256 + at(3);
    return `END ${id} app ${status} protocol ${at(4)}`;
  }
  if (type === 11) return `UNKNOWN ${at(0)}`;
  if (STREAM_TYPES.includes(type) || MANAGEMENT_TYPES.includes(type)) {
    return `type ${type} ${id} ${JSON.stringify(content)}`;
  }
  return `undefined ${type} ${id} ${JSON.stringify(content)}`;
}

function readLength(cursor: Cursor): number {
  const first = cursor.byte();
  return first < 128 ? first : (first - 128) * 2 ** 24 + cursor.number(3);
}
