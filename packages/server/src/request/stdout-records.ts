import {
  FCGI_HEADER_LEN,
  FCGI_VERSION_1,
  ProtocolStatus,
  RecordType,
  STREAM_RECORD_CONTENT_LIMIT,
  streamPadding,
  writeRecordHeader,
} from '@fcgi-js/protocol';
import { isByteText } from './byte-text.ts';

/**
 * Above this many bytes, contents are written where they lie rather than joined: to join a long text is a copy, and to make
 * bytes of it another one. With its records, text up to here has less than the 16 KB that Node copies to its stack to write it.
 */
const COPY_LIMIT = 16_320;

/** Up to here bytes that come first become text, so that they leave with what is text: an array for all of it costs more. */
const SHORT_BYTES = 2_048;

/** Records as they are written: bytes, or text of which each character is one byte (Latin-1). */
export type RecordBytes = string | Uint8Array;

/**
 * STDOUT that waits to be written: text and bytes in order.
 *
 * A small response is nearly always text of one byte a character. It stays text: writing that costs a system call
 * and nothing else, while an array must be made and filled first.
 */
export class StdoutParts {
  /** Bytes and long texts, all of them before {@link #text}. */
  #parts: RecordBytes[] | undefined;
  /** Text of which each character is one byte. */
  #text = '';
  /** Bytes of all parts. */
  bytes = 0;

  /** Adds text or bytes. */
  add(part: string | Uint8Array, encoding: BufferEncoding): void {
    if (typeof part === 'string') {
      if (isByteText(part, encoding)) {
        if (part.length <= COPY_LIMIT) this.#text += part;
        else this.#addPart(part);
        this.bytes += part.length;
      } else {
        this.#addBytes(Buffer.from(part, encoding));
      }
    } else {
      this.#addBytes(part);
    }
  }

  /**
   * All parts as STDOUT records of a request, followed by `tail`, to write in this order. Small ones are one text
   * or array, so that a small response leaves in one write.
   */
  take(requestId: number, tail: string): RecordBytes[] {
    const records = this.#records(requestId, tail);
    this.clear();
    return records;
  }

  /** Forgets all parts. */
  clear(): void {
    this.#parts = undefined;
    this.#text = '';
    this.bytes = 0;
  }

  #addBytes(part: Uint8Array): void {
    if (part.length === 0) return;
    if (this.#parts === undefined && part.length <= SHORT_BYTES) this.#text += textOf(part);
    else this.#addPart(part);
    this.bytes += part.length;
  }

  /** Adds what cannot be added to the text: that comes before it. */
  #addPart(part: RecordBytes): void {
    this.#parts ??= [];
    if (this.#text !== '') this.#parts.push(this.#text);
    this.#text = '';
    this.#parts.push(part);
  }

  #records(requestId: number, tail: string): RecordBytes[] {
    if (this.bytes > COPY_LIMIT) return this.#inPlace(requestId, tail);
    return [this.bytes === 0 ? tail : this.#joined(requestId, tail)];
  }

  #joined(requestId: number, tail: string): RecordBytes {
    const { bytes } = this;
    const padding = streamPadding(RecordType.Stdout, bytes);
    const end = `${this.#text}${PADDING[padding]}${tail}`;
    if (this.#parts === undefined) return headerText(RecordType.Stdout, requestId, bytes, padding) + end;
    // Every byte of it is written below.
    const target = Buffer.allocUnsafe(FCGI_HEADER_LEN + bytes + padding + tail.length);
    let offset = writeRecordHeader(target, 0, RecordType.Stdout, requestId, bytes, padding);
    for (const part of this.#parts) {
      if (typeof part === 'string') target.write(part, offset, 'latin1');
      else target.set(part, offset);
      offset += part.length;
    }
    target.write(end, offset, 'latin1');
    return target;
  }

  /** One record where all fits into it, otherwise those of each part. */
  #inPlace(requestId: number, tail: string): RecordBytes[] {
    const parts = this.#parts ?? [];
    if (this.#text !== '') parts.push(this.#text);
    const contents = this.bytes <= STREAM_RECORD_CONTENT_LIMIT ? [parts] : parts.flatMap(inRecords);
    const records: RecordBytes[] = [];
    // The padding of a record goes with the header of the next one, and short text goes with the header before it.
    let before = '';
    for (const content of contents) {
      const length = content.reduce((sum, part) => sum + part.length, 0);
      const padding = streamPadding(RecordType.Stdout, length);
      before += headerText(RecordType.Stdout, requestId, length, padding);
      for (const part of content) {
        if (typeof part === 'string' && part.length <= COPY_LIMIT) {
          before += part;
          continue;
        }
        if (before !== '') records.push(before);
        before = '';
        records.push(part);
      }
      before += PADDING[padding];
    }
    if (before + tail !== '') records.push(before + tail);
    return records;
  }
}

/** The contents of the records that a part makes. */
function inRecords(part: RecordBytes): RecordBytes[][] {
  const contents: RecordBytes[][] = [];
  for (let from = 0; from < part.length; from += STREAM_RECORD_CONTENT_LIMIT) {
    const to = Math.min(part.length, from + STREAM_RECORD_CONTENT_LIMIT);
    contents.push([typeof part === 'string' ? part.slice(from, to) : part.subarray(from, to)]);
  }
  return contents;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

const PADDING = Array.from({ length: 8 }, (_, length) => '\0'.repeat(length));

/** Bytes in the body of END_REQUEST (§5.5). */
const END_BODY_LENGTH = 8;

/** The header of a record (§3.3) as text. */
function headerText(type: number, requestId: number, contentLength: number, paddingLength: number): string {
  return String.fromCharCode(
    FCGI_VERSION_1,
    type,
    requestId >>> 8,
    requestId & 0xff,
    contentLength >>> 8,
    contentLength & 0xff,
    paddingLength,
    0,
  );
}

/** How a request ended. */
interface RequestEnd {
  readonly appStatus: number;
  readonly protocolStatus: number;
  readonly stderrUsed: boolean;
}

/** The ends of requests like nearly all, by their IDs: most web servers use few of these. */
const usualEnds: string[] = [];
const USUAL_IDS = 256;

/** The records that end a request, as text: the ends of its streams and END_REQUEST (§5.5, §6.1). */
export function encodeEnd(requestId: number, end: RequestEnd): string {
  const { appStatus, protocolStatus, stderrUsed } = end;
  const isUsual = appStatus === 0 && protocolStatus === ProtocolStatus.RequestComplete && !stderrUsed;
  if (!isUsual || requestId >= USUAL_IDS) return makeEnd(requestId, end);
  usualEnds[requestId] ??= makeEnd(requestId, end);
  return usualEnds[requestId];
}

function makeEnd(requestId: number, { appStatus, protocolStatus, stderrUsed }: RequestEnd): string {
  const stderrEnd = stderrUsed ? headerText(RecordType.Stderr, requestId, 0, 0) : '';
  const stdoutEnd = headerText(RecordType.Stdout, requestId, 0, 0);
  const header = headerText(RecordType.EndRequest, requestId, END_BODY_LENGTH, 0);
  const body = String.fromCharCode(
    appStatus >>> 24,
    (appStatus >>> 16) & 0xff,
    (appStatus >>> 8) & 0xff,
    appStatus & 0xff,
    protocolStatus,
    0,
    0,
    0,
  );
  return stderrEnd + stdoutEnd + header + body;
}
