import { pathToFileURL } from 'node:url';
import { optionError } from '../errors.ts';

/** Imports a module that an option names. @throws RunnerError where that fails */
export async function importFile(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw optionError(`${file} could not be loaded: ${error instanceof Error ? error.message : error}`);
  }
}
