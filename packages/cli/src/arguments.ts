import { formatAddress, parseAddress } from '@fcgi-js/client';
import { InvalidArgumentError, Option } from 'commander';

/** Reads the address of an application, and writes it in its full form. */
export function parseAddressArgument(text: string): string {
  try {
    return formatAddress(parseAddress(text));
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** An option that takes a number above 0. */
export function limitOption(flags: string, description: string, defaultValue?: number): Option {
  return new Option(flags, description).default(defaultValue).argParser((text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
    return value;
  });
}

/** An option that takes a whole number above 0. */
export function countOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(text);
    if (!(/^\d+$/.test(text) && value > 0))
      throw new InvalidArgumentError('It must be a whole number above 0.');
    return value;
  });
}

/** A URL path, without a query. */
export function parsePathOption(text: string): string {
  if (!/^\/[^\s?#]*$/.test(text)) throw new InvalidArgumentError('It must be a path such as /status.');
  return text;
}
