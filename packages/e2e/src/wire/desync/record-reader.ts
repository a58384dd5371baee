import { Type } from '../requests.ts';

/** A record that a web server or client has sent. */
export interface SentRecord {
  readonly content: Buffer;
  readonly id: number;
  readonly type: number;
}

const HEADER_LENGTH = 8;
const KNOWN: readonly number[] = [Type.begin, Type.abort, Type.params, Type.stdin];

/** Reads what a client of ours sends, written down again and as strictly as possible: what else comes is out of step. */
export class RecordReader {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * Takes bytes as they come.
   *
   * @returns the records that are complete
   * @throws Error where a rule is broken
   */
  push(chunk: Buffer): SentRecord[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const records: SentRecord[] = [];
    let offset = 0;
    while (bytes.length - offset >= HEADER_LENGTH) {
      const [version, type = 0] = bytes.subarray(offset);
      const id = bytes.readUInt16BE(offset + 2);
      if (version !== 1 || !KNOWN.includes(type) || id === 0) {
        throw new Error(`a header that is none: ${bytes.toString('hex', offset, offset + HEADER_LENGTH)}.`);
      }
      const start = offset + HEADER_LENGTH;
      const end = start + bytes.readUInt16BE(offset + 4);
      const next = end + (bytes[offset + 6] ?? 0);
      if (next > bytes.length) break;
      records.push({ content: bytes.subarray(start, end), id, type });
      offset = next;
    }
    this.#rest = bytes.subarray(offset);
    return records;
  }
}

/** REQUEST_URI in a stream of name-value pairs. */
export function uriOf(params: Uint8Array): string | undefined {
  const bytes = Buffer.from(params);
  let offset = 0;
  const length = () => {
    const first = bytes[offset] ?? 0;
    offset += first < 128 ? 1 : 4;
    return first < 128 ? first : bytes.readUInt32BE(offset - 4) - 2 ** 31;
  };
  while (offset < bytes.length) {
    const [name, value] = [length(), length()];
    const from = offset + name;
    if (bytes.toString('latin1', offset, from) === 'REQUEST_URI')
      return bytes.toString('latin1', from, from + value);
    offset = from + value;
  }
  return undefined;
}
