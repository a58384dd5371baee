import { pathToFileURL } from 'node:url';
import { optionError } from '../errors.ts';
import { importTsx } from '../tsx.ts';

/** Imports a module that an option names; TypeScript goes through tsx. @throws RunnerError where that fails */
export async function importFile(file: string): Promise<unknown> {
  try {
    const { href } = pathToFileURL(file);
    if (!/\.[cm]?ts$/.test(file)) return await import(href);
    const { esm } = await importTsx();
    return await esm.tsImport(href, import.meta.url);
  } catch (error) {
    throw optionError(`${file} could not be loaded: ${error instanceof Error ? error.message : error}`);
  }
}
