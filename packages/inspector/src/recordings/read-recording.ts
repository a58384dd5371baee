import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CommandFailure } from '../command-failure.ts';
import type { Io } from '../io.ts';
import { systemReason } from '../system-reason.ts';
import { isTapFile } from '../watch/tap-file.ts';
import { isCapture, readCapture } from './capture.ts';
import { isHexDump, readHexDump } from './hex-dump.ts';
import { rawSource } from './raw-source.ts';
import { readTapFile } from './saved-tap.ts';
import type { Source } from './source.ts';

/** Bytes that tell what a file is. */
const START_BYTES = 64;

/**
 * Opens what is to be decoded.
 *
 * @param file undefined or `-` for stdin
 * @param stream the TCP stream of a capture that is wanted, undefined for all that speak FastCGI
 * @throws CommandFailure where it cannot be read, or is empty
 */
export async function openSource(
  io: Io,
  file: string | undefined,
  stream: number | undefined,
): Promise<Source> {
  const input: Readable =
    file === undefined || file === '-' ? io.stdin : createReadStream(resolve(io.cwd, file));
  const name = file === undefined || file === '-' ? 'stdin' : file;
  const pieces = readable(input, name);
  const start = await readStart(pieces);
  if (start.length === 0) throw new CommandFailure(`${name} is empty.`);
  const all = joined(start, pieces);
  if (isCapture(start)) return await readCapture(all, stream);
  if (isTapFile(start)) return await readTapFile(all);
  return isHexDump(start) ? await readHexDump(all) : rawSource(start, all);
}

async function* readable(input: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of input) yield piece as Uint8Array;
  } catch (error) {
    throw new CommandFailure(`${name} cannot be read: ${systemReason(error)}`);
  }
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
