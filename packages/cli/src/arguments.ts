import { resolve } from 'node:path';
import { formatAddress, parseAddress } from '@fcgi-js/client';
import { OptionValueError, parseDuration, parsePath } from '@fcgi-js/runner/options';
import { InvalidArgumentError, Option } from 'commander';

/** Reads the address of an application, and writes it in its full form. A path that begins with a dot is of this folder, as for `--listen`. */
export function parseAddressArgument(text: string): string {
  try {
    const path = /^(?:unix:)?(\.\.?\/.+)$/.exec(text)?.[1];
    return formatAddress(parseAddress(path === undefined ? text : resolve(path)));
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * An option that takes a time: seconds, or a number with a unit.
 *
 * @param seconds the default
 */
export function timeOption(flags: string, description: string, seconds?: number): Option {
  const option = new Option(flags, description).argParser((text) => readArgument(() => parseDuration(text)));
  return seconds === undefined ? option : option.default(seconds, `${seconds} s`);
}

/** Reads a URL path, without a query. */
export function parsePathArgument(text: string): string {
  return readArgument(() => parsePath(text));
}

/** Reads a word of the command line with `read`. @throws InvalidArgumentError with the message of its OptionValueError */
export function readArgument<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof OptionValueError ? new InvalidArgumentError(error.message) : error;
  }
}

/** For an option that is given again for more. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/**
 * Splits `NAME=VALUE`.
 *
 * @param example for the message
 * @throws InvalidArgumentError where it has no `=`, or no name
 */
export function splitPair(text: string, example: string): { name: string; value: string } {
  const middle = text.indexOf('=');
  if (middle < 1) throw new InvalidArgumentError(`It must be two words with = between them: ${example}`);
  return { name: text.slice(0, middle), value: text.slice(middle + 1) };
}
