import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { type Recording, RecordingError, readRecording } from '@fcgi-js/inspector';
import type { Io } from '@fcgi-js/runner/command';
import { systemReason } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';

/**
 * Opens what is to be decoded.
 *
 * @param file undefined or `-` for stdin
 * @param tcpStream of a capture that is wanted, undefined for all that speak FastCGI
 * @throws CommandFailure where it cannot be read, or is empty
 */
export async function openRecording(
  io: Io,
  file: string | undefined,
  tcpStream: number | undefined,
): Promise<Recording> {
  const input: Readable =
    file === undefined || file === '-' ? io.stdin : createReadStream(resolve(io.cwd, file));
  const name = file === undefined || file === '-' ? 'stdin' : file;
  try {
    return await readRecording(readable(input, name), tcpStream === undefined ? {} : { tcpStream });
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    const message = error.code === 'FCGI_RECORDING_EMPTY' ? `${name} is empty.` : error.message;
    throw new CommandFailure(message, undefined, { cause: error });
  }
}

async function* readable(input: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of input) yield piece as Uint8Array;
  } catch (error) {
    throw new CommandFailure(`${name} cannot be read: ${systemReason(error)}`);
  }
}
