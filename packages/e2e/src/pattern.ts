import { createHash } from 'node:crypto';

/** A prime, so that no record or buffer size divides it: a lost or doubled record changes every byte after it. */
const PERIOD = 65_521;

const block = makeBlock();

function makeBlock(): Buffer {
  const bytes = Buffer.alloc(PERIOD);
  let state = 1;
  for (let index = 0; index < PERIOD; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/**
 * Bytes that look random but are the same in every process: what the applications answer and what the tests upload.
 *
 * @param length how many bytes, 0 or more
 * @yields the next part, at most 65,521 bytes, to be read only
 */
export function* patternParts(length: number): Generator<Buffer, void, undefined> {
  for (let rest = length; rest > 0; rest -= PERIOD) yield block.subarray(0, Math.min(rest, PERIOD));
}

/**
 * The whole pattern in one piece.
 *
 * @param length how many bytes, 0 or more
 */
export function patternBytes(length: number): Buffer {
  return Buffer.concat([...patternParts(length)]);
}

/**
 * SHA-256 of the first bytes of the pattern, in hexadecimal digits.
 *
 * @param length how many bytes, 0 or more
 */
export function patternSha256(length: number): string {
  const hash = createHash('sha256');
  for (const part of patternParts(length)) hash.update(part);
  return hash.digest('hex');
}

/**
 * SHA-256 in hexadecimal digits.
 *
 * @param bytes what to hash
 */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
