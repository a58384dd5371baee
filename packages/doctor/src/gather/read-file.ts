import { readFile } from 'node:fs/promises';
import { fileError } from '../errors.ts';

/**
 * Reads a file that the deployment names.
 *
 * @throws DoctorError where it cannot be read
 */
export async function readNamedFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileError(error, file);
  }
}
