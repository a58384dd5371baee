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
 * Above this many bytes, contents are written where they lie rather than joined. With its records, text up to here
 * has less than the 16 KB that Node copies to its stack to write it.
 */
const COPY_LIMIT = 16_320;

/** Records as they are written: bytes, or text of which each character is one byte (Latin-1). */
export type RecordBytes = string | Uint8Array;

/**
 * STDOUT that waits to be written: text and bytes in order.
 *
 * A small response is nearly always text of one byte a character. It stays text: writing that costs a system call
 * and nothing else, while an array must be made and filled first.
 */
export class StdoutParts {
  /** Bytes, all of them before {@link #text}. */
  #parts: Uint8Array[] | undefined;
  /** Text of which each character is one byte. */
  #text = '';
  /** Bytes of all parts. */
  bytes = 0;

  /** Adds text or bytes. */
  add(part: string | Uint8Array, encoding: BufferEncoding): void {
    if (typeof part === 'string') {
      if (isByteText(part, encoding)) {
        this.#text += part;
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
    this.#moveText();
    this.#parts ??= [];
    this.#parts.push(part);
    this.bytes += part.length;
  }

  /** Makes bytes of the text, because bytes follow it. */
  #moveText(): void {
    if (this.#text === '') return;
    this.#parts ??= [];
    this.#parts.push(Buffer.from(this.#text, 'latin1'));
    this.#text = '';
  }

  #records(requestId: number, tail: string): RecordBytes[] {
    if (this.bytes <= COPY_LIMIT) return [this.#joined(requestId, tail)];
    if (this.#parts === undefined && this.bytes <= STREAM_RECORD_CONTENT_LIMIT) {
      return [Buffer.from(this.#joinedText(requestId, tail), 'latin1')];
    }
    return this.#inPlace(requestId, tail);
  }

  #joinedText(requestId: number, tail: string): string {
    const padding = streamPadding(RecordType.Stdout, this.bytes);
    const header = headerText(RecordType.Stdout, requestId, this.bytes, padding);
    return `${header}${this.#text}${PADDING[padding]}${tail}`;
  }

  #joined(requestId: number, tail: string): RecordBytes {
    const { bytes } = this;
    if (bytes === 0) return tail;
    if (this.#parts === undefined) return this.#joinedText(requestId, tail);
    const padding = streamPadding(RecordType.Stdout, bytes);
    // Every byte of it is written below.
    const target = Buffer.allocUnsafe(FCGI_HEADER_LEN + bytes + padding + tail.length);
    let offset = writeRecordHeader(target, 0, RecordType.Stdout, requestId, bytes, padding);
    for (const part of this.#parts) {
      target.set(part, offset);
      offset += part.length;
    }
    target.write(`${this.#text}${PADDING[padding]}${tail}`, offset, 'latin1');
    return target;
  }

  #inPlace(requestId: number, tail: string): RecordBytes[] {
    this.#moveText();
    const records: RecordBytes[] = [];
    let padding = 0;
    for (const content of this.#parts ?? []) {
      for (let from = 0; from < content.length; from += STREAM_RECORD_CONTENT_LIMIT) {
        const to = Math.min(content.length, from + STREAM_RECORD_CONTENT_LIMIT);
        // The padding of the record before goes with the header of this one.
        const before = PADDING[padding]!;
        padding = streamPadding(RecordType.Stdout, to - from);
        records.push(
          before + headerText(RecordType.Stdout, requestId, to - from, padding),
          content.subarray(from, to),
        );
      }
    }
    const last = PADDING[padding]! + tail;
    if (last !== '') records.push(last);
    return records;
  }
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
