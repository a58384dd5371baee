import type { Duplex } from 'node:stream';

/**
 * What a connection needs of its stream. Unlike others it can still be read when writing to it has failed: an
 * application may answer and close while a body is on its way to it, with status 413 for example.
 */
export interface Transport extends Duplex {
  /** Told once that writing has failed because the other end has gone (EPIPE). The owner destroys the stream. */
  onBroken: (error: Error) => void;
  /** Who gets every chunk, to keep. */
  set onChunk(take: (chunk: Uint8Array) => void);
  /** Keeps the process alive. */
  ref(): unknown;
  /** Does not keep the process alive. */
  unref(): unknown;
}

/** Whether writing failed because the other end has gone. */
export function isBrokenPipe(error: Error | null | undefined): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
