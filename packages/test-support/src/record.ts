import { type Bytes, join } from './bytes.ts';

/** What can be set in a record beside its type, request ID and content; the defaults give a plain record. */
export interface RecordOptions {
  /** `contentLength` as announced; by default the length of the content. */
  readonly contentLength?: number;
  /** Bytes of padding; they are 0xA5, because padding has no meaning, also where it looks like one. */
  readonly padding?: number;
  /** The reserved byte of the header. */
  readonly reserved?: number;
  /** The version of the header. */
  readonly version?: number;
}

/** Header, content and padding of one record (FastCGI 1.0, section 3.3), right or wrong. */
export function record(
  type: number,
  requestId: number,
  content: Bytes = '',
  options: RecordOptions = {},
): Uint8Array {
  const body = join(content);
  const { contentLength = body.length, padding = 0, reserved = 0, version = 1 } = options;
  if (contentLength > 0xffff)
    throw new RangeError(`A record announces at most 65535 bytes, not ${contentLength}.`);
  const header = [
    version,
    type,
    Math.floor(requestId / 256),
    requestId % 256,
    Math.floor(contentLength / 256),
    contentLength % 256,
    padding,
    reserved,
  ];
  return join(header, body, new Uint8Array(padding).fill(0xa5));
}
