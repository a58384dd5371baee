import { Buffer } from 'node:buffer';
import { RecordType } from '@fcgi-js/protocol';

/** What differs from a plain record. */
export interface RecordFields {
  /** Where it is not the length of the content. */
  readonly contentLength?: number;
  /** Bytes of padding, or the padding itself. */
  readonly padding?: number | Uint8Array;
  readonly reserved?: number;
  readonly version?: number;
}

const NO_BYTES = Buffer.alloc(0);

/** Bytes of a text of which each character is one byte. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** One record, right or wrong: checks write what no encoder would. */
export function record(
  type: number,
  id: number,
  content: Uint8Array | string = NO_BYTES,
  { contentLength, padding = 0, reserved = 0, version = 1 }: RecordFields = {},
): Buffer {
  const body = typeof content === 'string' ? latin1(content) : content;
  const filling = typeof padding === 'number' ? Buffer.alloc(padding) : padding;
  const header = Buffer.alloc(8);
  header[0] = version;
  header[1] = type;
  header.writeUInt16BE(id, 2);
  header.writeUInt16BE(contentLength ?? body.length, 4);
  header[6] = filling.length;
  header[7] = reserved;
  return Buffer.concat([header, body, filling]);
}

/** BEGIN_REQUEST. */
export function begin(id: number, { flags = 0, role = 1 } = {}, fields?: RecordFields): Buffer {
  return record(
    RecordType.BeginRequest,
    id,
    Uint8Array.of(role >> 8, role & 0xff, flags, 0, 0, 0, 0, 0),
    fields,
  );
}

/** ABORT_REQUEST. */
export function abort(id: number, fields?: RecordFields): Buffer {
  return record(RecordType.AbortRequest, id, NO_BYTES, fields);
}

/** The length of a name or value in the first bytes of a pair; four bytes where `form` says so, or where one cannot hold it. */
export function lengthBytes(length: number, form: 1 | 4 = length > 127 ? 4 : 1): Buffer {
  if (form === 1) return Buffer.of(length);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((length | 0x8000_0000) >>> 0);
  return bytes;
}

/** A name and its value. */
export type Pair = readonly [name: string, value: string];

/** Name-value pairs, each length in the fewest bytes or in `form`. */
export function pairBytes(pairs: readonly Pair[], form?: 4): Buffer {
  return Buffer.concat(
    pairs.flatMap(([name, value]) => [
      lengthBytes(name.length, form),
      lengthBytes(value.length, form),
      latin1(name),
      latin1(value),
    ]),
  );
}

/** The records of a stream without its end, `size` bytes of content in each. */
export function streamRecords(
  type: number,
  id: number,
  content: Uint8Array,
  size = 0xffff,
  fields?: RecordFields,
): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) {
    records.push(record(type, id, content.subarray(at, at + size), fields));
  }
  return Buffer.concat(records);
}

/** The same, with its end. */
export function wholeStream(
  type: number,
  id: number,
  content: Uint8Array,
  size?: number,
  fields?: RecordFields,
): Buffer {
  return Buffer.concat([streamRecords(type, id, content, size, fields), record(type, id, NO_BYTES, fields)]);
}

/** Reads name-value pairs; `undefined` where their lengths do not fit the bytes. */
export function readPairs(bytes: Buffer): Pair[] | undefined {
  const pairs: Pair[] = [];
  let at = 0;
  const length = (): number => {
    const first = bytes[at] ?? Number.NaN;
    if (first < 128) {
      at += 1;
      return first;
    }
    if (at + 4 > bytes.length) return Number.NaN;
    at += 4;
    return bytes.readUInt32BE(at - 4) & 0x7fff_ffff;
  };
  while (at < bytes.length) {
    const nameLength = length();
    const valueLength = length();
    const end = at + nameLength + valueLength;
    if (!(end <= bytes.length)) return undefined;
    pairs.push([
      bytes.toString('latin1', at, at + nameLength),
      bytes.toString('latin1', at + nameLength, end),
    ]);
    at = end;
  }
  return pairs;
}
