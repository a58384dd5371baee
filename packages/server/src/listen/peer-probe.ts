import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Finds out whether a web server whose FIN has come is gone, or has closed its side alone and still reads: to write nothing
 * fails where the other end of a Unix socket has been closed both ways, and over TCP once a reset has come. The socket
 * then emits its `error`.
 */
export function probePeer(stream: Duplex): void {
  // Other streams need not bear an empty write.
  if (stream instanceof Socket && stream.writableLength === 0) stream.write('');
}
