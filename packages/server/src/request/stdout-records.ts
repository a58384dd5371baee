import {
  FCGI_HEADER_LEN,
  RecordType,
  STREAM_RECORD_CONTENT_LIMIT,
  streamPadding,
  writeRecordHeader,
} from '@fcgi-js/protocol';

/** Above this many bytes, contents are written where they lie rather than copied. */
const COPY_LIMIT = 16_384;

/** STDOUT that waits to be written: text and bytes in order. */
export class StdoutParts {
  readonly #parts: Array<string | Uint8Array> = [];
  readonly #encodings: BufferEncoding[] = [];
  /** Bytes of all parts. */
  bytes = 0;

  /** Adds text or bytes. */
  add(part: string | Uint8Array, encoding: BufferEncoding): void {
    const bytes = typeof part === 'string' ? Buffer.byteLength(part, encoding) : part.length;
    if (bytes === 0) return;
    this.#parts.push(part);
    this.#encodings.push(encoding);
    this.bytes += bytes;
  }

  /**
   * All parts as STDOUT records of a request, followed by `tail`, as arrays to write in this order. Small ones
   * are one array, so that a small response leaves in one write.
   */
  take(requestId: number, tail: Uint8Array | undefined): Uint8Array[] {
    const records =
      this.bytes <= COPY_LIMIT ? [this.#copied(requestId, tail)] : this.#inPlace(requestId, tail);
    this.#parts.length = 0;
    this.#encodings.length = 0;
    this.bytes = 0;
    return records;
  }

  #copied(requestId: number, tail: Uint8Array | undefined): Uint8Array {
    const { bytes } = this;
    const padding = bytes === 0 ? 0 : streamPadding(RecordType.Stdout, bytes);
    const head = bytes === 0 ? 0 : FCGI_HEADER_LEN;
    // Every byte of it is written below.
    const target = Buffer.allocUnsafe(head + bytes + padding + (tail?.length ?? 0));
    let offset = 0;
    if (bytes > 0) {
      offset = writeRecordHeader(target, 0, RecordType.Stdout, requestId, bytes, padding);
      for (let i = 0; i < this.#parts.length; i += 1) {
        const part = this.#parts[i]!;
        if (typeof part === 'string') {
          offset += target.write(part, offset, this.#encodings[i]);
        } else {
          target.set(part, offset);
          offset += part.length;
        }
      }
      target.fill(0, offset, offset + padding);
      offset += padding;
    }
    if (tail !== undefined) target.set(tail, offset);
    return target;
  }

  #inPlace(requestId: number, tail: Uint8Array | undefined): Uint8Array[] {
    const records: Uint8Array[] = [];
    let padding = 0;
    for (let i = 0; i < this.#parts.length; i += 1) {
      const part = this.#parts[i]!;
      const content = typeof part === 'string' ? Buffer.from(part, this.#encodings[i]) : part;
      for (let from = 0; from < content.length; from += STREAM_RECORD_CONTENT_LIMIT) {
        const to = Math.min(content.length, from + STREAM_RECORD_CONTENT_LIMIT);
        // The padding of the record before and the header of this one, in one array.
        const between = new Uint8Array(padding + FCGI_HEADER_LEN);
        padding = streamPadding(RecordType.Stdout, to - from);
        writeRecordHeader(
          between,
          between.length - FCGI_HEADER_LEN,
          RecordType.Stdout,
          requestId,
          to - from,
          padding,
        );
        records.push(between, content.subarray(from, to));
      }
    }
    const last = new Uint8Array(padding + (tail?.length ?? 0));
    if (tail !== undefined) last.set(tail, padding);
    if (last.length > 0) records.push(last);
    return records;
  }
}

/** Bytes in the body of END_REQUEST (§5.5). */
const END_BODY_LENGTH = 8;
/** Bytes of the end of STDOUT and END_REQUEST. */
const END_LENGTH = 2 * FCGI_HEADER_LEN + END_BODY_LENGTH;

/** The records that end a request: the ends of its streams and END_REQUEST (§5.5, §6.1). */
export function encodeEnd(
  requestId: number,
  end: { appStatus: number; protocolStatus: number; stderrUsed: boolean },
): Uint8Array {
  const stderrEnd = end.stderrUsed ? FCGI_HEADER_LEN : 0;
  const records = Buffer.allocUnsafe(stderrEnd + END_LENGTH);
  if (end.stderrUsed) writeRecordHeader(records, 0, RecordType.Stderr, requestId, 0, 0);
  let offset = writeRecordHeader(records, stderrEnd, RecordType.Stdout, requestId, 0, 0);
  offset = writeRecordHeader(records, offset, RecordType.EndRequest, requestId, END_BODY_LENGTH, 0);
  records.writeUInt32BE(end.appStatus, offset);
  records[offset + 4] = end.protocolStatus;
  records.fill(0, offset + 5);
  return records;
}
