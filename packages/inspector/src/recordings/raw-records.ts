import { directionOf } from '../record-rules.ts';
import type { RecordedChunk, Recording } from './recording.ts';

/** The bytes of one direction, decoded as they come; the first record says which one. */
export function rawRecords(start: Uint8Array, pieces: AsyncIterable<Uint8Array>): Recording {
  const direction = directionOf(start[1] ?? 0) ?? 'to-application';
  async function* chunks(): AsyncGenerator<RecordedChunk> {
    for await (const bytes of pieces) yield { bytes, direction };
    yield { direction };
  }
  return { connections: [{ chunks: chunks(), seen: direction }], leftOut: 0, notes: [] };
}
