import type { Direction } from '../watch/finding.ts';

/** What is next on a connection. */
export interface Chunk {
  /** Missing where the direction ends. */
  readonly bytes?: Uint8Array;
  readonly direction: Direction;
  /** Milliseconds since 1970, where that is known. */
  readonly time?: number;
}

/** One recorded connection. */
export interface Connection {
  readonly chunks: AsyncIterable<Chunk> | Iterable<Chunk>;
  /** What to call it; undefined where there is one only. */
  readonly name?: string;
  /** Which directions are in the recording. */
  readonly seen: 'both' | Direction;
}

/** What was read, and what is to be said about it. */
export interface Source {
  readonly connections: AsyncIterable<Connection> | Iterable<Connection>;
  readonly notes: readonly string[];
}
