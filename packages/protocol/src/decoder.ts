import { Accumulator } from './accumulator.ts';
import { decodeBeginRequest, decodeEndRequest, decodeUnknownType } from './bodies.ts';
import { checkBoolean, checkBytes, checkKnown } from './checks.ts';
import { ChunkReader } from './chunk-reader.ts';
import { FCGI_HEADER_LEN, FCGI_NULL_REQUEST_ID, FCGI_VERSION_1, RecordType } from './constants.ts';
import { RemoteProtocolError } from './errors.ts';
import { isZeroHeader } from './header.ts';
import type { FcgiRecord } from './records.ts';

/** What a {@link RecordDecoder} may be told. */
export interface RecordDecoderOptions {
  /**
   * Whether the content of a stream that straddles chunks is handed out as it comes, as several records: each of them
   * lies in one chunk, so that nothing is copied, and no reader waits for the end of a long record. For who puts the
   * contents of streams together anyway. An empty content still is the end of a stream, and nothing else.
   *
   * @defaultValue false: records are as they were sent
   */
  readonly inPieces?: boolean | undefined;
}

/**
 * Turns the bytes of one direction of a FastCGI connection into records (§3.3), however they were cut.
 *
 * `push()` takes bytes as they arrive, a loop or `next()` gives the records that are complete:
 *
 * ```ts
 * decoder.push(chunk);
 * for (const record of decoder) { … }
 * ```
 *
 * Contents that lie in one chunk are views of that chunk; contents that straddle chunks get an array of their
 * own. Either way the decoder never changes bytes that it has handed out, and expects that the caller does not
 * change the chunks. Padding and reserved bytes are ignored. Memory held between calls is at most twice what
 * came of the record in progress, so below 128 KiB.
 *
 * Eight zero bytes where a record may begin are skipped: Cherokee sends them after the STDIN of an empty body.
 * Any other version than 1 is an error.
 */
export class RecordDecoder {
  readonly #reader = new ChunkReader();
  /** A header or a content that straddles chunks. */
  readonly #gathered = new Accumulator();
  readonly #inPieces: boolean;
  #inContent = false;
  #type = 0;
  #requestId = 0;
  #paddingLeft = 0;
  #error: RemoteProtocolError | undefined;

  /**
   * @param options see the fields for the defaults
   * @throws LocalProtocolError `FCGI_ARGUMENT_INVALID` where an option is unknown or of the wrong kind
   */
  constructor(options: RecordDecoderOptions = {}) {
    checkKnown('options', options, ['inPieces']);
    const { inPieces = false } = options;
    checkBoolean('inPieces', inPieces);
    this.#inPieces = inPieces;
  }

  /**
   * Takes the next bytes of the connection. Errors in them come out of {@link next}.
   *
   * @param bytes any number of bytes; the caller must not change them afterwards
   * @throws LocalProtocolError `FCGI_ARGUMENT_INVALID` where `bytes` is no Uint8Array
   */
  push(bytes: Uint8Array): void {
    checkBytes('bytes', bytes);
    this.#reader.push(bytes);
  }

  /**
   * The next record, or `undefined` until more bytes have been pushed.
   *
   * @throws RemoteProtocolError where the bytes break the protocol; from then on every call throws the same
   *   error, because what follows has no meaning
   */
  next(): FcgiRecord | undefined {
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
   * The records that are complete, until {@link next} would give `undefined`. A loop that is left early leaves the rest for the
   * next one.
   *
   * @throws as {@link next}
   */
  *[Symbol.iterator](): Generator<FcgiRecord, undefined, undefined> {
    for (let record = this.next(); record !== undefined; record = this.next()) yield record;
  }

  /**
   * Whether the bytes so far end in the middle of a record, its padding included. Ask once {@link next} has
   * returned `undefined`: a whole record that has not been taken counts too.
   */
  get midRecord(): boolean {
    return (
      this.#inContent || this.#gathered.length > 0 || this.#paddingLeft > 0 || this.#reader.available() > 0
    );
  }

  /**
   * Says that no more bytes will come. Call it once {@link next} has returned `undefined`.
   *
   * @throws RemoteProtocolError `FCGI_RECORD_TRUNCATED` if the connection ended in the middle of a record; or
   *   the error that {@link next} has thrown
   */
  end(): void {
    if (this.#error === undefined && this.midRecord) {
      this.#error = new RemoteProtocolError(
        'FCGI_RECORD_TRUNCATED',
        'connection',
        'The connection ended in the middle of a record.',
      );
    }
    if (this.#error !== undefined) throw this.#error;
  }

  #decode(): FcgiRecord | undefined {
    if (this.#inContent) return this.#readContent();
    const reader = this.#reader;
    for (;;) {
      const available = reader.available();
      if (available === 0) {
        reader.release();
        return undefined;
      }
      if (this.#paddingLeft > 0) {
        const skipped = Math.min(this.#paddingLeft, available);
        reader.offset += skipped;
        this.#paddingLeft -= skipped;
      } else if (this.#gathered.length === 0 && available >= FCGI_HEADER_LEN) {
        // A header in one piece, as nearly all are, is read where it lies.
        const offset = reader.offset;
        reader.offset += FCGI_HEADER_LEN;
        const record = this.#readHeader(reader.chunk, offset);
        if (record !== null) return record;
      } else if (this.#gatherHeader(available)) {
        const record = this.#readHeader(this.#gathered.take(), 0);
        if (record !== null) return record;
      }
    }
  }

  /** Takes bytes of a header that straddles chunks; true when all 8 are there. */
  #gatherHeader(available: number): boolean {
    const reader = this.#reader;
    const header = this.#gathered;
    if (header.length === 0) header.start(FCGI_HEADER_LEN);
    const end = reader.offset + Math.min(header.missing, available);
    header.add(reader.chunk, reader.offset, end);
    reader.offset = end;
    return header.missing === 0;
  }

  /** `null` where the header is to be skipped, `undefined` where its content is not all there yet. */
  #readHeader(bytes: Uint8Array, offset: number): FcgiRecord | undefined | null {
    if (bytes[offset] !== FCGI_VERSION_1) {
      if (isZeroHeader(bytes, offset)) return null;
      throw new RemoteProtocolError(
        'FCGI_VERSION_UNSUPPORTED',
        'connection',
        `A record must have version ${FCGI_VERSION_1}, but this one has version ${bytes[offset]}.${likelyPeer(bytes[offset]!)}`,
      );
    }
    this.#type = bytes[offset + 1]!;
    this.#requestId = (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
    checkRequestId(this.#type, this.#requestId);
    this.#gathered.start((bytes[offset + 4]! << 8) | bytes[offset + 5]!);
    this.#paddingLeft = bytes[offset + 6]!;
    this.#inContent = true;
    return this.#readContent();
  }

  #readContent(): FcgiRecord | undefined {
    const reader = this.#reader;
    const content = this.#gathered;
    for (;;) {
      const missing = content.missing;
      if (missing === 0) return this.#finish(content.take());
      const available = reader.available();
      const from = reader.offset;
      if (available >= missing && content.length === 0) {
        reader.offset = from + missing;
        // Every request has one: an array for its eight bytes would cost more than all the rest of it.
        if (this.#type === RecordType.BeginRequest) return this.#finishBegin(from);
        return this.#finish(reader.chunk.subarray(from, reader.offset));
      }
      if (available === 0) {
        reader.release();
        return undefined;
      }
      const taken = Math.min(missing, available);
      reader.offset = from + taken;
      if (this.#inPieces && isStream(this.#type)) {
        content.start(missing - taken);
        return toRecord(this.#type, this.#requestId, reader.chunk.subarray(from, reader.offset));
      }
      content.add(reader.chunk, from, from + taken);
    }
  }

  #finishBegin(from: number): FcgiRecord {
    const { chunk, offset } = this.#reader;
    this.#inContent = false;
    return decodeBeginRequest(this.#requestId, chunk, from, offset);
  }

  #finish(content: Uint8Array): FcgiRecord {
    this.#inContent = false;
    return toRecord(this.#type, this.#requestId, content);
  }
}

/** §3.3: management records have the null request ID, application records another one. */
function checkRequestId(type: number, requestId: number): void {
  const isManagement = type >= RecordType.GetValues && type <= RecordType.UnknownType;
  const isApplication = type >= RecordType.BeginRequest && type <= RecordType.Data;
  if (isApplication && requestId === FCGI_NULL_REQUEST_ID) {
    throw new RemoteProtocolError(
      'FCGI_REQUEST_ID_INVALID',
      'connection',
      `A record of type ${type} belongs to a request, so its request ID must not be 0.`,
    );
  }
  if (isManagement && requestId !== FCGI_NULL_REQUEST_ID) {
    throw new RemoteProtocolError(
      'FCGI_REQUEST_ID_INVALID',
      'connection',
      `A record of type ${type} is a management record, so its request ID must be 0, but it is ${requestId}.`,
    );
  }
}

function isStream(type: number): boolean {
  return type >= RecordType.Params && type <= RecordType.Data;
}

function toRecord(type: number, requestId: number, content: Uint8Array): FcgiRecord {
  switch (type) {
    // The streams first: they are nearly all of the traffic.
    case RecordType.Params:
    case RecordType.Stdin:
    case RecordType.Stdout:
    case RecordType.Stderr:
    case RecordType.Data:
      return { type, requestId, content };
    case RecordType.BeginRequest:
      return decodeBeginRequest(requestId, content);
    case RecordType.EndRequest:
      return decodeEndRequest(requestId, content);
    case RecordType.AbortRequest:
      return { type, requestId };
    case RecordType.GetValues:
    case RecordType.GetValuesResult:
      return { type, requestId: FCGI_NULL_REQUEST_ID, content };
    case RecordType.UnknownType:
      return decodeUnknownType(content);
    default:
      return { type: 'undefined', requestId, undefinedType: type, content };
  }
}

/** Who begins with such a byte: HTTP with a letter of a method, or of "HTTP", and TLS with the number of its handshake. */
function likelyPeer(version: number): string {
  if (version >= 0x41 && version <= 0x5a) return ' The peer most likely speaks HTTP.';
  return version === 0x16 ? ' The peer most likely speaks TLS.' : '';
}
