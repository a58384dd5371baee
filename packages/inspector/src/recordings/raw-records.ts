import { directionOf } from '../watch/record-rules.ts';
import type { Chunk, Source } from './source.ts';

/** The bytes of one direction, decoded as they come; which one is told by the first record. */
export function rawSource(start: Uint8Array, pieces: AsyncIterable<Uint8Array>): Source {
  const direction = directionOf(start[1] ?? 0) ?? 'to-application';
  async function* chunks(): AsyncGenerator<Chunk> {
    for await (const bytes of pieces) yield { bytes, direction };
    yield { direction };
  }
  return { connections: [{ chunks: chunks(), seen: direction }], notes: [] };
}
