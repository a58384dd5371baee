import type { Direction } from '../finding.ts';

/** The next bytes of a recorded connection, or the end of one of its directions. */
export interface RecordedChunk {
  /** The bytes; missing where the direction ends. */
  readonly bytes?: Uint8Array;
  /** The side that sent them. */
  readonly direction: Direction;
  /** When they passed, in milliseconds since 1970; `undefined` where the recording has no times. */
  readonly time?: number;
}

/** One recorded connection. */
export interface RecordedConnection {
  /** Its bytes in the order in which they passed. To be read once. */
  readonly chunks: AsyncIterable<RecordedChunk> | Iterable<RecordedChunk>;
  /** A name for people, such as `connection 1`; `undefined` where the recording has one connection only. */
  readonly name?: string;
  /** The directions that the recording has. */
  readonly seen: 'both' | Direction;
}

/** What `readRecording()` has read. */
export interface Recording {
  /** The connections in their order. To be read once, and each to its end before the next. */
  readonly connections: AsyncIterable<RecordedConnection> | Iterable<RecordedConnection>;
  /** TCP streams of a capture that do not look like FastCGI, and are not in `connections`. */
  readonly leftOut: number;
  /** What the recording does not have, one sentence each, for people. */
  readonly notes: readonly string[];
}
