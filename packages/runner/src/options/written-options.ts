import { resolve } from 'node:path';
import { OptionValueError, optionError } from '../errors.ts';
import { text, texts } from './option-kinds.ts';
import { runOptions } from './run-options.ts';

/** What is run is no option. */
const keys = { app: { kind: text }, args: { kind: texts }, ...runOptions };

/** Whether a value can have options by their names. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads options as a configuration file, or a program, has them.
 *
 * @param folder what relative paths are relative to
 * @param source who has them, for messages
 * @returns their values, by the names of the options; paths are absolute. One that is `undefined` is not given
 * @throws RunnerError that names source, key and what is allowed
 */
export function readWritten(given: object, folder: string, source: string): Record<string, unknown> {
  const values = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, read(key, value, folder, source)]);
  return Object.fromEntries(values);
}

function read(key: string, value: unknown, folder: string, source: string): unknown {
  const known = Object.entries(keys).find(([name]) => name === key)?.[1];
  if (known === undefined) {
    throw optionError(`${source}: There is no option "${key}". There are ${Object.keys(keys).join(', ')}.`);
  }
  try {
    const read = known.kind.fromFile(value, folder);
    return key === 'app' ? resolve(folder, String(read)) : read;
  } catch (error) {
    if (!(error instanceof OptionValueError)) throw error;
    throw optionError(`${source}: "${key}" is ${JSON.stringify(value)}. ${error.message}`);
  }
}
