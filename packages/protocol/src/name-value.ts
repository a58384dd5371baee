import { Accumulator } from './accumulator.ts';
import { checkBytes, checkInteger, checkKnown } from './checks.ts';
import { ChunkReader } from './chunk-reader.ts';
import { RemoteProtocolError } from './errors.ts';

/** One name-value pair (§3.4). Both are bytes: the protocol knows no character encoding. */
export interface NameValuePair {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

/** What a peer may send as one stream of name-value pairs: whole numbers from 0 on, or Infinity. */
export interface NameValueLimits {
  /**
   * Bytes of the whole stream, lengths included.
   *
   * @defaultValue 1,048,576
   */
  readonly bytes?: number | undefined;
  /**
   * Bytes of one pair, lengths included.
   *
   * @defaultValue as `bytes`
   */
  readonly pairBytes?: number | undefined;
  /**
   * Number of pairs.
   *
   * @defaultValue 2,000
   */
  readonly pairs?: number | undefined;
}

const DEFAULT_BYTES = 1_048_576;
const DEFAULT_PAIRS = 2_000;
const LENGTHS_MAX = 8;

/** The running count of what a stream of pairs has used of its limits. */
class Allowance {
  readonly #bytes: number;
  readonly #pairBytes: number;
  readonly #pairs: number;
  #usedBytes = 0;
  #usedPairs = 0;

  constructor(limits: NameValueLimits) {
    checkKnown('limits', limits, ['bytes', 'pairBytes', 'pairs']);
    const { bytes = DEFAULT_BYTES, pairBytes = bytes, pairs = DEFAULT_PAIRS } = limits;
    checkLimit('bytes', bytes);
    checkLimit('pairBytes', pairBytes);
    checkLimit('pairs', pairs);
    this.#bytes = bytes;
    this.#pairBytes = pairBytes;
    this.#pairs = pairs;
  }

  /** Counts one more pair of `size` bytes, as soon as its lengths are known. */
  use(size: number): void {
    this.#usedPairs += 1;
    this.#usedBytes += size;
    if (size > this.#pairBytes) {
      throw exceeded('FCGI_PAIR_BYTES_EXCEEDED', 'A name-value pair', this.#pairBytes, 'bytes', size);
    }
    if (this.#usedBytes > this.#bytes) {
      throw exceeded(
        'FCGI_PAIRS_BYTES_EXCEEDED',
        'Name-value pairs',
        this.#bytes,
        'bytes in all',
        this.#usedBytes,
      );
    }
    if (this.#usedPairs > this.#pairs) {
      throw exceeded(
        'FCGI_PAIR_COUNT_EXCEEDED',
        'A stream',
        this.#pairs,
        'name-value pairs',
        this.#usedPairs,
      );
    }
  }
}

function checkLimit(name: keyof NameValueLimits, value: number): void {
  if (value !== Number.POSITIVE_INFINITY) checkInteger(name, value, 0, Number.MAX_SAFE_INTEGER);
}

function exceeded(
  code: 'FCGI_PAIR_BYTES_EXCEEDED' | 'FCGI_PAIR_COUNT_EXCEEDED' | 'FCGI_PAIRS_BYTES_EXCEEDED',
  what: string,
  limit: number,
  unit: string,
  actual: number,
): RemoteProtocolError {
  return new RemoteProtocolError(
    code,
    'request',
    `${what} may have ${limit} ${unit}, but there are ${actual}.`,
  );
}

/**
 * Turns the contents of a PARAMS stream, or of GET_VALUES and its result, into name-value pairs (§3.4),
 * however they were cut: a pair may begin in one record and end in another.
 *
 * A name or value that lies in one chunk is a view of that chunk; a pair that straddles chunks gets an array
 * of its own. A length is checked against the limits as soon as it is known, and memory is taken only for
 * bytes that have come: an announced length of 2^31 - 1 costs nothing.
 */
export class NameValueDecoder {
  readonly #reader = new ChunkReader();
  readonly #allowance: Allowance;
  readonly #lengths = new Uint8Array(LENGTHS_MAX);
  readonly #body = new Accumulator();
  #lengthsLength = 0;
  #inBody = false;
  #nameLength = 0;
  #error: RemoteProtocolError | undefined;

  /**
   * @param limits what the peer may send; see the fields for the defaults
   * @throws LocalProtocolError `FCGI_ARGUMENT_INVALID` where a limit is no limit
   */
  constructor(limits: NameValueLimits = {}) {
    this.#allowance = new Allowance(limits);
  }

  /**
   * Takes the next bytes of the stream. Errors in them come out of {@link next}.
   *
   * @param bytes any number of bytes; the caller must not change them afterwards
   * @throws LocalProtocolError `FCGI_ARGUMENT_INVALID` where `bytes` is no Uint8Array
   */
  push(bytes: Uint8Array): void {
    checkBytes('bytes', bytes);
    this.#reader.push(bytes);
  }

  /**
   * The next pair, or `undefined` until more bytes have been pushed.
   *
   * @throws RemoteProtocolError where a limit is exceeded; every later call throws the same error
   */
  next(): NameValuePair | undefined {
    if (this.#error !== undefined) throw this.#error;
    try {
      return this.#decode();
    } catch (error) {
      this.#error = error as RemoteProtocolError;
      this.#reader.close();
      throw error;
    }
  }

  /**
   * The pairs that are complete, until {@link next} would give `undefined`: `for (const { name, value } of decoder)`.
   *
   * @throws as {@link next}
   */
  *[Symbol.iterator](): Generator<NameValuePair, undefined, undefined> {
    for (let pair = this.next(); pair !== undefined; pair = this.next()) yield pair;
  }

  /**
   * Says that the stream has ended. Call it once {@link next} has returned `undefined`.
   *
   * @throws RemoteProtocolError `FCGI_PAIR_TRUNCATED` if the stream ended in the middle of a pair; or the error
   *   that {@link next} has thrown
   */
  end(): void {
    const cut = this.#inBody || this.#lengthsLength > 0 || this.#reader.available() > 0;
    if (this.#error === undefined && cut) this.#error = truncatedPair();
    if (this.#error !== undefined) throw this.#error;
  }

  #decode(): NameValuePair | undefined {
    while (!this.#inBody) {
      if (this.#reader.available() === 0) {
        this.#reader.release();
        return undefined;
      }
      this.#readLengthByte();
    }
    return this.#readBody();
  }

  #readLengthByte(): void {
    const lengths = this.#lengths;
    lengths[this.#lengthsLength] = this.#reader.chunk[this.#reader.offset]!;
    this.#reader.offset += 1;
    this.#lengthsLength += 1;
    const nameSize = lengthSize(lengths[0]!);
    // While the first byte of the value's length is missing, an old one stands there. Either way more has to come.
    const size = nameSize + lengthSize(lengths[nameSize]!);
    if (this.#lengthsLength < size) return;
    this.#nameLength = readLength(lengths, 0);
    const bodyLength = this.#nameLength + readLength(lengths, nameSize);
    this.#allowance.use(size + bodyLength);
    this.#lengthsLength = 0;
    this.#body.start(bodyLength);
    this.#inBody = true;
  }

  #readBody(): NameValuePair | undefined {
    const reader = this.#reader;
    const body = this.#body;
    while (body.missing > 0) {
      const missing = body.missing;
      const available = reader.available();
      const from = reader.offset;
      if (available >= missing && body.length === 0) {
        reader.offset = from + missing;
        return this.#finish(reader.chunk, from, reader.offset);
      }
      if (available === 0) {
        reader.release();
        return undefined;
      }
      const taken = Math.min(missing, available);
      body.add(reader.chunk, from, from + taken);
      reader.offset = from + taken;
    }
    const bytes = body.take();
    return this.#finish(bytes, 0, bytes.length);
  }

  #finish(bytes: Uint8Array, from: number, to: number): NameValuePair {
    this.#inBody = false;
    const middle = from + this.#nameLength;
    return { name: bytes.subarray(from, middle), value: bytes.subarray(middle, to) };
  }
}

/**
 * Finds the pairs in a stream of name-value pairs that is there as a whole, without making an object for each.
 *
 * @param bytes the whole stream
 * @param limits what the peer may send, with the defaults of {@link NameValueDecoder}
 * @returns three positions in `bytes` for each pair: where its name begins, where its name ends and its value
 *   begins, and where its value ends
 * @throws RemoteProtocolError where a limit is exceeded or the last pair is cut off
 * @throws LocalProtocolError `FCGI_ARGUMENT_INVALID` where `bytes` is no Uint8Array or a limit is no limit
 */
export function locateNameValuePairs(bytes: Uint8Array, limits: NameValueLimits = {}): number[] {
  checkBytes('bytes', bytes);
  const allowance = new Allowance(limits);
  let found = 0;
  let offset = 0;
  while (offset < bytes.length) {
    const start = offset;
    const nameSize = lengthSize(bytes[offset]!);
    if (offset + nameSize >= bytes.length) throw truncatedPair();
    const nameLength = readLength(bytes, offset);
    offset += nameSize;
    const valueSize = lengthSize(bytes[offset]!);
    if (offset + valueSize > bytes.length) throw truncatedPair();
    const valueLength = readLength(bytes, offset);
    offset += valueSize;
    allowance.use(offset - start + nameLength + valueLength);
    const middle = offset + nameLength;
    positions[found] = offset;
    positions[found + 1] = middle;
    offset = middle + valueLength;
    positions[found + 2] = offset;
    found += 3;
  }
  if (offset > bytes.length) throw truncatedPair();
  const all = positions.slice(0, found);
  if (found > KEPT_POSITIONS) positions.length = 0;
  return all;
}

/** Positions while they are being found: a list that has grown already need not grow again. */
const positions: number[] = [];
const KEPT_POSITIONS = 3 * DEFAULT_PAIRS;

/** Bytes that a length takes, told by its first byte: 1 up to 127, otherwise 4 (§3.4). */
function lengthSize(first: number): number {
  return first < 0x80 ? 1 : 4;
}

function readLength(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset]!;
  if (first < 0x80) return first;
  return ((first & 0x7f) << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
}

function truncatedPair(): RemoteProtocolError {
  return new RemoteProtocolError(
    'FCGI_PAIR_TRUNCATED',
    'request',
    'A stream of name-value pairs ended in the middle of a pair.',
  );
}
