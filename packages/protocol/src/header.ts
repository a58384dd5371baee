import { FCGI_HEADER_LEN, FCGI_VERSION_1 } from './constants.ts';

/**
 * Writes a record header (§3.3) of 8 bytes into `target` at `offset`.
 *
 * This is the part to build on where contents must not be copied; nothing is checked. The caller keeps
 * `contentLength` at or below 65,535 and `paddingLength` at or below 255, and then writes exactly that many
 * bytes of content and of zeros.
 *
 * @param target where to write; 8 bytes from `offset` on must exist
 * @param offset position of the first byte
 * @param type record type
 * @param requestId 0 for management records, otherwise 1 to 65,535
 * @param contentLength bytes of content that follow
 * @param paddingLength bytes of padding after the content
 * @returns the position after the header
 */
export function writeRecordHeader(
  target: Uint8Array,
  offset: number,
  type: number,
  requestId: number,
  contentLength: number,
  paddingLength: number,
): number {
  target[offset] = FCGI_VERSION_1;
  target[offset + 1] = type;
  target[offset + 2] = requestId >>> 8;
  target[offset + 3] = requestId;
  target[offset + 4] = contentLength >>> 8;
  target[offset + 5] = contentLength;
  target[offset + 6] = paddingLength;
  target[offset + 7] = 0;
  return offset + FCGI_HEADER_LEN;
}

/** Whether the 8 bytes at `offset` are all zero: what Cherokee sends after the STDIN of an empty body. */
export function isZeroHeader(bytes: Uint8Array, offset: number): boolean {
  for (let i = offset; i < offset + FCGI_HEADER_LEN; i += 1) {
    if (bytes[i] !== 0) return false;
  }
  return true;
}
