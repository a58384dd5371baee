import { emptyRecording } from '../errors.ts';
import { isCapture, readCapture } from './capture.ts';
import { isHexDump, readHexDump } from './hex-dump.ts';
import { rawRecords } from './raw-records.ts';
import type { Recording } from './recording.ts';
import { readTapFile } from './saved-tap.ts';
import { isTapFile } from './tap-file.ts';

/** Options of {@link readRecording}. */
export interface ReadRecordingOptions {
  /** Number of the only TCP stream of a capture that is read; by default all streams that begin with a record. */
  readonly tcpStream?: number;
}

/** Bytes that tell what a recording is. */
const START_BYTES = 64;

/**
 * Reads recorded FastCGI traffic. The first bytes tell what it is:
 *
 * - a capture of tcpdump or Wireshark (pcap, pcapng). It is written into a temporary file, which only this user can read,
 *   and read by `tshark`, which must be installed
 * - a file of `fcgi tap --save`
 * - hexadecimal digits, also those of xxd, `hexdump -C` and Wireshark, with the records of one direction
 * - the bytes of one direction themselves. Only these are not kept in memory as a whole
 *
 * @param bytes cut anywhere, for example `createReadStream(file)`, or `[bytes]`
 * @throws RecordingError where it is empty, damaged, or of another version; what reading `bytes` throws
 */
export async function readRecording(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  const pieces = piecesOf(bytes);
  const start = await readStart(pieces);
  if (start.length === 0) throw emptyRecording();
  const all = joined(start, pieces);
  if (isCapture(start)) return await readCapture(all, options.tcpStream);
  if (isTapFile(start)) return await readTapFile(all);
  return isHexDump(start) ? await readHexDump(all) : rawRecords(start, all);
}

async function* piecesOf(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* bytes;
}

async function readStart(pieces: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let start = Buffer.alloc(0);
  while (start.length < START_BYTES) {
    const { done, value } = await pieces.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  return start;
}

async function* joined(start: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield start;
  yield* rest;
}
