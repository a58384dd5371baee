import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

/** What is answered of a body instead of the body. */
export interface Digest {
  /** Whether it came to its end, and was as long as announced. */
  readonly complete: boolean;
  /** CRC-32, eight hexadecimal digits. */
  readonly crc32: string;
  readonly length: number;
}

/**
 * Reads a body to its end, keeping none of it.
 *
 * @param body STDIN or DATA
 */
export async function digestOf(body: Readable): Promise<Digest> {
  let length = 0;
  let sum = 0;
  let complete = true;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length;
      sum = crc32(chunk, sum);
    }
  } catch {
    // The stream fails where fewer bytes came than were announced; what came is counted nonetheless.
    complete = false;
  }
  return { complete, crc32: hexadecimal(sum), length };
}

/**
 * CRC-32 as text.
 *
 * @param bytes what to sum up
 */
export function crc32Of(bytes: Uint8Array): string {
  return hexadecimal(crc32(bytes));
}

function hexadecimal(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
