import { BODY_LENGTH } from './bodies.ts';
import {
  checkBoolean,
  checkBytes,
  checkFields,
  checkInteger,
  checkIterable,
  checkPair,
  checkPairPart,
  checkRequestId,
  checkStreamType,
} from './checks.ts';
import {
  FCGI_HEADER_LEN,
  FCGI_KEEP_CONN,
  FCGI_NULL_REQUEST_ID,
  RecordType,
  type StreamType,
} from './constants.ts';
import { LocalProtocolError } from './errors.ts';
import { writeRecordHeader } from './header.ts';

/** Bytes, or text of the characters U+0000 to U+00FF of which each stands for one byte (Latin-1). */
export type BytesLike = string | Uint8Array;

/** A name and a value to encode. */
export type NameValueInput = readonly [name: BytesLike, value: BytesLike];

/**
 * The most content that the encoders put into one record, in bytes. With its padding such a record stays below
 * 65,536 (php-fpm and older HAProxy count both together in 16 bits), and being a multiple of 8 only the last
 * record of a stream needs padding.
 */
export const STREAM_RECORD_CONTENT_LIMIT = 65_520;

/** Fields of BEGIN_REQUEST. */
export interface BeginRequestFields {
  /**
   * Whether the web server keeps the connection after this request (FCGI_KEEP_CONN).
   *
   * @defaultValue false
   */
  readonly keepConn?: boolean | undefined;
  /** 1 to 65,535. */
  readonly requestId: number;
  /** What the application is asked to be; see `Role`. 0 to 65,535. */
  readonly role: number;
}

/** Fields of END_REQUEST. */
export interface EndRequestFields {
  /**
   * The application's own status, 0 to 2^32 - 1; for a CGI program its exit status.
   *
   * @defaultValue 0
   */
  readonly appStatus?: number | undefined;
  /**
   * How the request ended at the protocol's level; see `ProtocolStatus`. 0 to 255.
   *
   * @defaultValue `ProtocolStatus.RequestComplete`
   */
  readonly protocolStatus?: number | undefined;
  /** 1 to 65,535. */
  readonly requestId: number;
}

/**
 * Encodes BEGIN_REQUEST (§5.1), without padding: php-fpm and libfcgi lose the connection over padding there.
 *
 * @returns 16 bytes
 * @throws LocalProtocolError where a number is out of its range or `keepConn` is no boolean
 */
export function encodeBeginRequest(fields: BeginRequestFields): Uint8Array<ArrayBuffer> {
  checkFields('fields', fields);
  const { keepConn = false, requestId, role } = fields;
  checkBoolean('keepConn', keepConn);
  checkRequestId(requestId);
  checkInteger('role', role, 0, 0xffff);
  const record = withBody(RecordType.BeginRequest, requestId);
  record[8] = role >>> 8;
  record[9] = role;
  record[10] = keepConn ? FCGI_KEEP_CONN : 0;
  return record;
}

/**
 * Encodes ABORT_REQUEST (§5.4).
 *
 * @param requestId 1 to 65,535
 * @returns 8 bytes
 * @throws LocalProtocolError where the number is out of its range
 */
export function encodeAbortRequest(requestId: number): Uint8Array<ArrayBuffer> {
  checkRequestId(requestId);
  return emptyRecord(RecordType.AbortRequest, requestId);
}

/**
 * Encodes END_REQUEST (§5.5).
 *
 * @returns 16 bytes
 * @throws LocalProtocolError where a number is out of its range
 */
export function encodeEndRequest(fields: EndRequestFields): Uint8Array<ArrayBuffer> {
  checkFields('fields', fields);
  const { appStatus = 0, protocolStatus = 0, requestId } = fields;
  checkRequestId(requestId);
  checkInteger('appStatus', appStatus, 0, 0xffff_ffff);
  checkInteger('protocolStatus', protocolStatus, 0, 0xff);
  const record = withBody(RecordType.EndRequest, requestId);
  record[8] = appStatus >>> 24;
  record[9] = appStatus >>> 16;
  record[10] = appStatus >>> 8;
  record[11] = appStatus;
  record[12] = protocolStatus;
  return record;
}

/**
 * Encodes bytes of a stream (§3.3) as records with contents of at most {@link STREAM_RECORD_CONTENT_LIMIT}
 * bytes, padded with zeros to a multiple of 8. Empty bytes give no record: the end of a stream is
 * {@link encodeStreamEnd}.
 *
 * STDERR always gets at least one byte of padding, because Cherokee takes the text up to the first NUL.
 *
 * @param type which stream
 * @param requestId 1 to 65,535
 * @param content bytes of the stream; copied
 * @returns the records, one after the other
 * @throws LocalProtocolError where `type` is no stream, `content` no Uint8Array or the number out of its range
 */
export function encodeStream(
  type: StreamType,
  requestId: number,
  content: Uint8Array,
): Uint8Array<ArrayBuffer> {
  checkStreamType(type);
  checkRequestId(requestId);
  checkBytes('content', content);
  const full = Math.floor(content.length / STREAM_RECORD_CONTENT_LIMIT);
  const rest = content.length % STREAM_RECORD_CONTENT_LIMIT;
  const fullPadding = streamPadding(type, STREAM_RECORD_CONTENT_LIMIT);
  const records = new Uint8Array(
    full * (FCGI_HEADER_LEN + STREAM_RECORD_CONTENT_LIMIT + fullPadding) +
      (rest > 0 ? FCGI_HEADER_LEN + rest + streamPadding(type, rest) : 0),
  );
  let offset = 0;
  for (let from = 0; from < content.length; from += STREAM_RECORD_CONTENT_LIMIT) {
    const to = Math.min(from + STREAM_RECORD_CONTENT_LIMIT, content.length);
    offset = writeContentRecord(records, offset, type, requestId, content.subarray(from, to));
  }
  return records;
}

/**
 * Encodes the end of a stream: a record with no content (§3.3), without padding.
 *
 * @param type which stream
 * @param requestId 1 to 65,535
 * @returns 8 bytes
 * @throws LocalProtocolError where `type` is no stream or the number is out of its range
 */
export function encodeStreamEnd(type: StreamType, requestId: number): Uint8Array<ArrayBuffer> {
  checkStreamType(type);
  checkRequestId(requestId);
  return emptyRecord(type, requestId);
}

/**
 * Encodes a PARAMS stream (§5.2) without its end, cutting between pairs: php-fpm loses a pair that lies in two
 * records. Only a pair that fits no record is cut inside, as the protocol allows.
 *
 * @param requestId 1 to 65,535
 * @param pairs names and values in the order they are sent
 * @returns the records, one after the other
 * @throws LocalProtocolError where a name or value cannot be encoded or the number is out of its range
 */
export function encodeParams(requestId: number, pairs: Iterable<NameValueInput>): Uint8Array<ArrayBuffer> {
  checkRequestId(requestId);
  checkIterable('pairs', pairs);
  const groups: Uint8Array<ArrayBuffer>[] = [];
  let group: Uint8Array<ArrayBuffer>[] = [];
  let groupLength = 0;
  const flush = () => {
    groups.push(encodeStream(RecordType.Params, requestId, concat(group)));
    group = [];
    groupLength = 0;
  };
  for (const pair of pairs) {
    const bytes = encodePair(pair);
    if (groupLength + bytes.length > STREAM_RECORD_CONTENT_LIMIT) flush();
    group.push(bytes);
    groupLength += bytes.length;
  }
  flush();
  return concat(groups);
}

/**
 * Encodes GET_VALUES (§4.1): asks an application for its limits. There is at least one byte of padding, because
 * libfcgi answers only when something follows the content, and the three usual names fill 48 bytes exactly.
 *
 * @param names usually `FCGI_MAX_CONNS`, `FCGI_MAX_REQS`, `FCGI_MPXS_CONNS`
 * @returns one record
 * @throws LocalProtocolError where a name cannot be encoded, or all together have more than
 *   {@link STREAM_RECORD_CONTENT_LIMIT} bytes
 */
export function encodeGetValues(names: Iterable<BytesLike>): Uint8Array<ArrayBuffer> {
  checkIterable('names', names);
  const pairs: NameValueInput[] = [];
  for (const name of names) pairs.push([name, '']);
  return encodeValues(RecordType.GetValues, 'GET_VALUES', pairs);
}

/**
 * Encodes GET_VALUES_RESULT (§4.1), always one record.
 *
 * @param pairs of the names that were asked for, those that are known
 * @returns one record
 * @throws LocalProtocolError where a pair cannot be encoded, or all together have more than
 *   {@link STREAM_RECORD_CONTENT_LIMIT} bytes
 */
export function encodeGetValuesResult(pairs: Iterable<NameValueInput>): Uint8Array<ArrayBuffer> {
  return encodeValues(RecordType.GetValuesResult, 'GET_VALUES_RESULT', pairs);
}

/**
 * Encodes UNKNOWN_TYPE (§4.2), which always carries the null request ID.
 *
 * @param type the record type that is not known, 0 to 255
 * @returns 16 bytes
 * @throws LocalProtocolError where the number is out of its range
 */
export function encodeUnknownType(type: number): Uint8Array<ArrayBuffer> {
  checkInteger('type', type, 0, 0xff);
  const record = withBody(RecordType.UnknownType, FCGI_NULL_REQUEST_ID);
  record[8] = type;
  return record;
}

/**
 * Encodes name-value pairs (§3.4), with no record around them. Lengths up to 127 take one byte, longer ones
 * four.
 *
 * @param pairs names and values in the order they are sent
 * @returns the pairs, one after the other
 * @throws LocalProtocolError where a text has characters above U+00FF, or one is longer than 2^31 - 1 bytes
 */
export function encodeNameValuePairs(pairs: Iterable<NameValueInput>): Uint8Array<ArrayBuffer> {
  checkIterable('pairs', pairs);
  const encoded: Uint8Array<ArrayBuffer>[] = [];
  for (const pair of pairs) encoded.push(encodePair(pair));
  return concat(encoded);
}

/**
 * Padding for a stream record whose content is not empty, in bytes: to a multiple of 8, and at least one byte
 * for STDERR (see {@link encodeStream}).
 */
export function streamPadding(type: StreamType, contentLength: number): number {
  const padding = -contentLength & 7;
  return padding === 0 && type === RecordType.Stderr ? 8 : padding;
}

function writeContentRecord(
  target: Uint8Array,
  offset: number,
  type: StreamType,
  requestId: number,
  content: Uint8Array,
): number {
  const padding = streamPadding(type, content.length);
  const start = writeRecordHeader(target, offset, type, requestId, content.length, padding);
  target.set(content, start);
  return start + content.length + padding;
}

function encodeValues(
  type: typeof RecordType.GetValues | typeof RecordType.GetValuesResult,
  name: string,
  pairs: Iterable<NameValueInput>,
): Uint8Array<ArrayBuffer> {
  const content = encodeNameValuePairs(pairs);
  const length = content.length;
  if (length > STREAM_RECORD_CONTENT_LIMIT) {
    throw new LocalProtocolError(
      'FCGI_ARGUMENT_TOO_LONG',
      `${name} is one record of at most ${STREAM_RECORD_CONTENT_LIMIT} bytes, but these pairs have ${length}.`,
    );
  }
  const padding = type === RecordType.GetValues ? FCGI_HEADER_LEN - (length & 7) : -length & 7;
  const record = new Uint8Array(FCGI_HEADER_LEN + length + padding);
  record.set(content, writeRecordHeader(record, 0, type, FCGI_NULL_REQUEST_ID, length, padding));
  return record;
}

function encodePair(pair: NameValueInput): Uint8Array<ArrayBuffer> {
  checkPair(pair);
  const [name, value] = pair;
  checkPairPart('A name', name);
  checkPairPart('A value', value);
  const head = lengthSize(name.length) + lengthSize(value.length);
  const bytes = new Uint8Array(head + name.length + value.length);
  let offset = writeLength(bytes, 0, name.length);
  offset = writeLength(bytes, offset, value.length);
  offset = writeBytes(bytes, offset, name);
  writeBytes(bytes, offset, value);
  return bytes;
}

function lengthSize(length: number): number {
  return length < 0x80 ? 1 : 4;
}

function writeLength(target: Uint8Array, offset: number, length: number): number {
  if (length < 0x80) {
    target[offset] = length;
    return offset + 1;
  }
  target[offset] = (length >>> 24) | 0x80;
  target[offset + 1] = length >>> 16;
  target[offset + 2] = length >>> 8;
  target[offset + 3] = length;
  return offset + 4;
}

function writeBytes(target: Uint8Array, offset: number, source: BytesLike): number {
  if (typeof source !== 'string') {
    target.set(source, offset);
    return offset + source.length;
  }
  for (let i = 0; i < source.length; i += 1) {
    const code = source.charCodeAt(i);
    if (code > 0xff) {
      throw new LocalProtocolError(
        'FCGI_TEXT_NOT_LATIN1',
        `Each character of a text stands for one byte, but the one at ${i} is above U+00FF. Encode the text first.`,
      );
    }
    target[offset + i] = code;
  }
  return offset + source.length;
}

function emptyRecord(type: number, requestId: number): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(FCGI_HEADER_LEN);
  writeRecordHeader(record, 0, type, requestId, 0, 0);
  return record;
}

function withBody(type: number, requestId: number): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(FCGI_HEADER_LEN + BODY_LENGTH);
  writeRecordHeader(record, 0, type, requestId, BODY_LENGTH, 0);
  return record;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
