import { type FileHandle, open } from 'node:fs/promises';
import { fileError } from '../errors.ts';
import type { LogFacts } from '../facts.ts';

/** Bytes at the end of a log that are read: what happened lately. */
const TAIL_BYTES = 1_048_576;

/**
 * Reads the end of a log.
 *
 * @throws DoctorError where it cannot be read
 */
export async function readLog(file: string): Promise<LogFacts> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n');
    // The first line may have lost its beginning.
    return { file, lines: (length < size ? lines.slice(1) : lines).filter((line) => line !== '') };
  } catch (error) {
    throw fileError(error, file);
  } finally {
    await handle?.close();
  }
}
