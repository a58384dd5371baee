import { FCGI_HEADER_LEN, FCGI_VERSION_1, RecordType } from '@fcgi-js/protocol';

/** A whole record. Its fields may break the rules. */
export interface ScannedRecord {
  readonly kind: 'record';
  /** All of it, header and padding included. */
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
  /** Position of its first byte, counted from the first byte that was pushed. */
  readonly offset: number;
  readonly padding: Uint8Array;
  readonly requestId: number;
  /** The last byte of its header. */
  readonly reserved: number;
  readonly type: number;
}

/** Bytes that are not a record. */
export interface ScannedBytes {
  /**
   * `'zeros'`: eight zero bytes where a record may begin; Cherokee sends them. `'garbage'`: no record begins here; the
   * next valid one begins after `length` bytes, or the stream ends there. `'cut'`: the stream ends in the middle of a
   * record.
   */
  readonly kind: 'cut' | 'garbage' | 'zeros';
  /** How many bytes. */
  readonly length: number;
  /** Position of the first one, counted from the first byte that was pushed. */
  readonly offset: number;
  /** The first of them, at most 64. */
  readonly start: Uint8Array;
  /** Length of the record that is cut, in bytes; `undefined` where its header is cut too. */
  readonly wanted?: number;
}

/** Bytes of garbage that are shown. */
const SHOWN_BYTES = 64;

/** The next piece of a stream of records. */
export type Scanned = ScannedBytes | ScannedRecord;

const FIXED_LENGTHS = new Map<number, number>([
  [RecordType.BeginRequest, 8],
  [RecordType.AbortRequest, 0],
  [RecordType.EndRequest, 8],
  [RecordType.UnknownType, 8],
]);

/**
 * Finds the records in one direction of a connection, with their positions.
 *
 * Unlike `RecordDecoder` of `@fcgi-js/protocol`, it never throws and it resynchronises: after bytes that are not a record, it
 * looks for the next valid header whose record is followed by another valid header, or by the end. Memory: what was
 * pushed and not yet returned by `next()`, plus one record.
 */
export class RecordScanner {
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;
  /** Where bytes began that are no record. */
  #lostAt: number | undefined;
  #lostStart: Uint8Array = new Uint8Array(0);
  #offset = 0;

  /** Takes the next bytes, cut anywhere. Results are views of them: do not change them afterwards. */
  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
  }

  /** Says that no more bytes will come. */
  end(): void {
    this.#ended = true;
  }

  /** The next record, or bytes that are not one; `undefined` until more is pushed, and at the end. */
  next(): Scanned | undefined {
    if (this.#lostAt !== undefined) return this.#resynchronise(this.#lostAt);
    const buffer = this.#buffer;
    if (buffer.length === 0) return undefined;
    if (buffer.length < FCGI_HEADER_LEN) return this.#cut(undefined);
    const offset = this.#offset;
    if (buffer.readUInt32BE(0) === 0 && buffer.readUInt32BE(4) === 0) {
      this.#take(FCGI_HEADER_LEN);
      return { kind: 'zeros', length: FCGI_HEADER_LEN, offset, start: buffer.subarray(0, FCGI_HEADER_LEN) };
    }
    if (buffer[0] !== FCGI_VERSION_1) {
      this.#lostAt = offset;
      this.#lostStart = buffer.subarray(0, SHOWN_BYTES);
      return this.#resynchronise(offset);
    }
    const contentEnd = FCGI_HEADER_LEN + buffer.readUInt16BE(4);
    const end = contentEnd + buffer.readUInt8(6);
    if (buffer.length < end) return this.#cut(end);
    this.#take(end);
    return {
      kind: 'record',
      bytes: buffer.subarray(0, end),
      content: buffer.subarray(FCGI_HEADER_LEN, contentEnd),
      offset,
      padding: buffer.subarray(contentEnd, end),
      requestId: buffer.readUInt16BE(2),
      reserved: buffer.readUInt8(7),
      type: buffer.readUInt8(1),
    };
  }

  #cut(wanted: number | undefined): Scanned | undefined {
    if (!this.#ended) return undefined;
    const { length } = this.#buffer;
    const offset = this.#offset;
    const start = this.#buffer.subarray(0, SHOWN_BYTES);
    this.#take(length);
    return { kind: 'cut', length, offset, start, ...(wanted === undefined ? {} : { wanted }) };
  }

  #resynchronise(from: number): Scanned | undefined {
    const buffer = this.#buffer;
    // The first of the bytes that are no record is none of the places to look at.
    let place = this.#offset === from ? 1 : 0;
    let isFound = false;
    for (; place + FCGI_HEADER_LEN <= buffer.length; place += 1) {
      if (!isHeader(buffer, place)) continue;
      const end = place + FCGI_HEADER_LEN + buffer.readUInt16BE(place + 4) + buffer.readUInt8(place + 6);
      const isWhole = end + FCGI_HEADER_LEN <= buffer.length;
      // Whether it is one, the bytes after it tell.
      if (!isWhole && !this.#ended) break;
      isFound = isWhole ? isHeader(buffer, end) : end === buffer.length;
      if (isFound) break;
    }
    if (!isFound && this.#ended) place = buffer.length;
    this.#take(Math.min(place, buffer.length));
    if (!isFound && !this.#ended) return undefined;
    this.#lostAt = undefined;
    const length = this.#offset - from;
    return { kind: 'garbage', length, offset: from, start: this.#lostStart.subarray(0, length) };
  }

  #take(length: number): void {
    this.#buffer = this.#buffer.subarray(length);
    this.#offset += length;
  }
}

/** Whether a header that makes sense stands there. */
function isHeader(bytes: Buffer, at: number): boolean {
  const type = bytes.readUInt8(at + 1);
  const requestId = bytes.readUInt16BE(at + 2);
  const isManagement = type >= RecordType.GetValues;
  return (
    bytes[at] === FCGI_VERSION_1 &&
    type >= RecordType.BeginRequest &&
    type <= RecordType.UnknownType &&
    (requestId === 0) === isManagement &&
    bytes[at + 7] === 0 &&
    (FIXED_LENGTHS.get(type) ?? bytes.readUInt16BE(at + 4)) === bytes.readUInt16BE(at + 4)
  );
}
