import { readFile } from 'node:fs/promises';
import { usageFailure } from '../../command-failure.ts';

/** A file that was named on the command line and cannot be read. */
export function failureOf(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return usageFailure(`There is no file ${file}.`);
  if (code === 'EACCES') return usageFailure(`You may not read ${file}; try it with sudo.`);
  if (code === 'EISDIR') return usageFailure(`${file} is a folder; name a file in it.`);
  return error;
}

/**
 * Reads a file that was named on the command line.
 *
 * @throws CommandFailure where it cannot be read
 */
export async function readNamedFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw failureOf(error, file);
  }
}
