import { resolve } from 'node:path';
import { parseListenAddress } from '@fcgi-js/server';
import { OptionValueError } from '../errors.ts';
import { accessFormat } from '../logs/access-format.ts';
import { httpAddress } from '../status/status-options.ts';
import { parseDuration, parsePath, parseSize, sizeText } from './amounts.ts';

/**
 * What an option takes, on the command line and in a configuration file.
 *
 * `Value` is what the program works with, `Written` what a configuration file may have in its place.
 */
export interface Kind<Value, Written> {
  /** Reads a word of the command line. @throws OptionValueError that says what is allowed */
  fromText(text: string, folder: string): Value;
  /** Reads a value of a file. @throws OptionValueError that says what is allowed */
  fromFile(value: unknown, folder: string): Value;
  /** What a flag that is given again makes of both values; without it the last counts. */
  join?(before: Value, value: Value): Value;
  /** How a file would have it. */
  toFile(value: Value): Written;
}

/**
 * A kind that a file has as a string or a number, and that is read like the words of the command line.
 *
 * @param types what `typeof` may say of it in a file
 * @param must what is allowed, for those who wrote something else
 */
function scalar<Value, Written>(
  types: ReadonlyArray<'number' | 'string'>,
  must: string,
  fromText: (text: string, folder: string) => Value,
  toFile: (value: Value) => Written,
): Kind<Value, Written> {
  return {
    fromText,
    fromFile: (value, folder) => {
      if (!types.some((type) => typeof value === type)) throw new OptionValueError(must);
      return fromText(String(value), folder);
    },
    toFile,
  };
}

/** A kind that a file has as it is. */
function plain<Value>(
  types: ReadonlyArray<'number' | 'string'>,
  must: string,
  fromText: (text: string, folder: string) => Value,
): Kind<Value, Value> {
  return scalar(types, must, fromText, (value) => value);
}

/** Any text. */
export const text = plain(['string'], 'It must be a text.', (given) => given);

const NAME = 'It must be a name of letters, digits, ".", "_" and "-", such as shop.';

/** Whether a text can be the name of an application. */
export const isApplicationName = (given: string) => /^[A-Za-z0-9][\w.-]{0,63}$/.test(given);

/** What log lines, the status page and its URLs call an application. */
export const applicationName = plain(['string'], NAME, (given) => {
  if (!isApplicationName(given)) throw new OptionValueError(NAME);
  return given;
});

/** A file or folder; relative to the folder of who names it. */
export const path = plain(['string'], 'It must be a path.', (given, folder) => resolve(folder, given));

/** Where log lines go: `-`, `stderr` or a file, which is relative to the folder of who names it. */
export const logTarget = plain(['string'], 'It must be a path, - or stderr.', (given, folder) => {
  // A worker has other outputs than its parent.
  if (given === '-' || /^\/dev\/(stdout|fd\/1)$/.test(given)) return '-';
  return given === 'stderr' || /^\/dev\/(stderr|fd\/2)$/.test(given) ? 'stderr' : resolve(folder, given);
});

/** What a line of the access log has. */
export const logFormat = plain(['string'], 'It must be combined, json, or a text with codes.', (given) => {
  accessFormat(given);
  return given;
});

/** A URL path, without a query. */
/** Web servers tell paths decoded: what would have to be encoded in a URL comes as bytes, and has several spellings. */
export const urlPath = plain(['string'], 'It must be a path such as /status.', (given) => {
  const path = parsePath(given);
  if (!/^(?:\/[\w.~!$&'()*+,=:@-]+)+$/.test(path) || /\/\.\.?(?:\/|$)/.test(path)) {
    throw new OptionValueError(
      'It must be a path such as /status, of characters that a URL has as they are, and without a slash at its end.',
    );
  }
  return path;
});

/** Where `listen()` of `@fcgi-js/server` can listen; a path is relative to the folder of who names it. */
export const listenAddress = plain(['string'], 'It must be a listen address.', (given, folder) => {
  const address = readListenAddress(given);
  return address.kind === 'unix' ? `unix:${resolve(folder, address.path)}` : given;
});

/** Where upgrades can be served: what `listenAddress` takes, but for `auto`. */
export const upgradeAddress = plain(['string'], 'It must be a listen address.', (given, folder) => {
  if (readListenAddress(given).kind === 'auto')
    throw new OptionValueError('It must name a socket, such as unix:/run/app.upgrade.sock.');
  return listenAddress.fromText(given, folder);
});

/** Where status pages can be on their own: over HTTP, or where `listenAddress` says, if no other process opens it. */
export const statusAddress = plain(['string'], 'It must be an address.', (given, folder) => {
  if (httpAddress(given) !== undefined) return given;
  const { kind } = /^https?:/i.test(given) ? { kind: 'none' } : readListenAddress(given);
  if (kind !== 'unix' && kind !== 'tcp')
    throw new OptionValueError('It must be an address such as http://127.0.0.1:9090 or unix:/path.');
  return listenAddress.fromText(given, folder);
});

function readListenAddress(given: string) {
  try {
    return parseListenAddress(given);
  } catch (error) {
    throw new OptionValueError((error as Error).message);
  }
}

const WHOLE = 'It must be a whole number above 0.';

/** How many. */
export const count = plain(['number'], WHOLE, (given) => {
  if (!/^\d+$/.test(given) || Number(given) === 0) throw new OptionValueError(WHOLE);
  return Number(given);
});

const PORT = 'It must be a port from 1 to 65535, or none.';
const LARGEST_PORT = 65_535;

/** A port that an application asks for. */
export const applicationPort = plain<number | 'none'>(['number', 'string'], PORT, (given) => {
  if (given === 'none') return given;
  if (!/^[1-9]\d{0,4}$/.test(given) || Number(given) > LARGEST_PORT) throw new OptionValueError(PORT);
  return Number(given);
});

const WORKERS = 'It must be a whole number above 0, or auto.';

/** How many processes. */
export const workerCount = plain<number | 'auto'>(['number', 'string'], WORKERS, (given) => {
  if (given === 'auto') return given;
  if (!/^[1-9]\d{0,3}$/.test(given)) throw new OptionValueError(WORKERS);
  return Number(given);
});

/** Seconds; with a unit, other times. */
export const duration = scalar(
  ['number', 'string'],
  'It must be a time above 0 such as 90, "90s", "30m", "12h".',
  parseDuration,
  (value): number | string => value,
);

/** A size with its unit, in a file as well. */
export const size = scalar(
  ['number', 'string'],
  'It must be a size above 0 such as "500K", "300M", "2G".',
  parseSize,
  sizeText,
);

/** Permissions, in octal digits: JSON has no octal numbers, and 660 is none. */
export const octal = scalar(
  ['string'],
  'It must be a text of octal digits such as "660".',
  (given) => {
    if (!/^0?[0-7]{1,3}$/.test(given)) throw new OptionValueError('It must be an octal number such as 660.');
    return Number.parseInt(given, 8);
  },
  (value) => value.toString(8).padStart(3, '0'),
);

/** Texts; on the command line each has a flag of its own. */
export const texts: Kind<readonly string[], readonly string[]> = {
  fromText: (given) => [given],
  fromFile: (value) => {
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
      throw new OptionValueError('It must be an array of texts.');
    return value;
  },
  join: (before, value) => [...before, ...value],
  toFile: (value) => value,
};

/** Files; on the command line each has a flag of its own, in a file one needs no array. */
export const paths: Kind<readonly string[], string | readonly string[]> = {
  fromText: (given, folder) => [resolve(folder, given)],
  fromFile: (value, folder) => {
    const all = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(all) || !all.every((one) => typeof one === 'string'))
      throw new OptionValueError('It must be a path, or an array of paths.');
    return all.map((one) => resolve(folder, one));
  },
  join: (before, value) => [...before, ...value],
  toFile: (value) => value,
};

/** On or off; the flag takes no value. */
export const toggle: Kind<boolean, boolean> = {
  fromText: () => true,
  fromFile: (value) => {
    if (typeof value !== 'boolean') throw new OptionValueError('It must be true or false.');
    return value;
  },
  toFile: (value) => value,
};
