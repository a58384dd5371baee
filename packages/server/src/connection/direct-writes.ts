import { Socket } from 'node:net';
import type { Duplex, Writable } from 'node:stream';
import type { RecordBytes } from '../request/stdout-records.ts';

/** Called when the system has taken what was written, maybe before the write returns. */
export type Written = (error?: Error | null) => void;

/** Longer texts are written where they lie: to make bytes of one would copy it. */
const LONG_TEXT = 1_024;

/**
 * Whether a stream is a socket of the system that Node writes to as ever. Such a socket can be written to by the methods that
 * makers of streams implement (`_write`, `_writev`): where nothing waits, that does all of the work, without the state and the
 * ticks of a stream, which cost more than the system call.
 */
export function writesDirectly(stream: Duplex): stream is Socket {
  const own = Socket.prototype;
  return (
    stream instanceof Socket &&
    stream.write === own.write &&
    stream._write === own._write &&
    stream._writev === own._writev &&
    typeof own._writev === 'function'
  );
}

/** Writes records to a socket of which {@link writesDirectly} holds and on which nothing waits to be written. */
export function writeDirectly(socket: Writable, records: readonly RecordBytes[], written: Written): void {
  const [first] = records;
  if (records.length === 1) {
    // Node's types know no 'buffer', which is what a stream passes for bytes.
    socket._write(first, typeof first === 'string' ? 'latin1' : BYTES, written);
    return;
  }
  if (records.some((record) => typeof record === 'string' && record.length > LONG_TEXT)) {
    const chunks = records.map((record) => partOf(record));
    socket._writev!(chunks, written);
    return;
  }
  const chunks = records.map((record) =>
    partOf(typeof record === 'string' ? Buffer.from(record, 'latin1') : record),
  );
  // All of them are bytes: Node need not look at the encoding of each.
  socket._writev!(Object.assign(chunks, { allBuffers: true }), written);
}

const BYTES = 'buffer' as BufferEncoding;

function partOf(chunk: RecordBytes): { chunk: RecordBytes; encoding: BufferEncoding } {
  return { chunk, encoding: typeof chunk === 'string' ? 'latin1' : BYTES };
}
