import { ConfigError } from './errors.ts';
import { checkPrintable } from './quote.ts';

/** Checks of single options. Each returns what it was given, or throws a ConfigError with the option's name. */

const SEGMENT = /^[\w.~@+,=:-]+$/;

/** @returns '' for the root, otherwise a path that begins with a slash and does not end with one */
export function checkPrefix(option: string, value: unknown): string {
  if (value === '/') return '';
  if (typeof value !== 'string' || !value.startsWith('/')) {
    throw new ConfigError(option, 'must be a path that begins with a slash, for example /yourapplication');
  }
  for (const segment of value.slice(1).split('/')) {
    if (segment === '' || /^\.\.?$/.test(segment)) {
      throw new ConfigError(option, 'must be a path without //, /./, /../ and a slash at its end');
    }
    if (!SEGMENT.test(segment)) {
      throw new ConfigError(
        option,
        'may have letters of ASCII, digits and ._~@+,=:- between its slashes: others are written differently in URLs and after decoding',
      );
    }
  }
  return value;
}

/** Absolute on Unix: Windows paths are the business of IIS alone. */
export function checkPath(option: string, value: unknown): string {
  if (typeof value !== 'string' || !value.startsWith('/')) {
    throw new ConfigError(option, 'must be an absolute path');
  }
  checkPrintable(option, value);
  const path = value.length > 1 ? value.replace(/\/$/, '') : value;
  if (path.split('/').some((segment) => segment === '..'))
    throw new ConfigError(option, 'must not have /../');
  return path;
}

/** Names that go into names of upstreams, units, files and variables. */
export function checkName(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z][\w-]{0,63}$/i.test(value)) {
    throw new ConfigError(option, 'must begin with a letter and have only letters of ASCII, digits, - and _');
  }
  return value;
}

export function checkHostName(option: string, value: unknown): string {
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
  if (typeof value !== 'string' || !new RegExp(`^${label}(?:\\.${label})*$`, 'i').test(value)) {
    throw new ConfigError(
      option,
      'must be a host name in ASCII without a port, as in example.org or xn--bcher-kva.example',
    );
  }
  return value.toLowerCase();
}

/** Users and groups: what `useradd` takes. */
export function checkAccount(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z_][\w-]{0,31}$/i.test(value)) {
    throw new ConfigError(option, 'must be the name of an account');
  }
  return value;
}

export function checkCount(option: string, value: unknown, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) {
    throw new ConfigError(option, `must be a whole number from 1 to ${most}`);
  }
  return value;
}

/** Whole seconds are all that every product can say. */
export function checkMilliseconds(option: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value / 1_000) || value < 1_000 || value > 86_400_000) {
    throw new ConfigError(option, 'must be milliseconds that are whole seconds, from 1,000 to 86,400,000');
  }
  return value;
}

/** @returns undefined for no limit */
export function checkSize(option: string, value: unknown): number | undefined {
  if (value === Number.POSITIVE_INFINITY) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw new ConfigError(option, 'must be a whole number of bytes above 0, or Infinity');
  }
  return value;
}

export function checkBoolean(option: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new ConfigError(option, 'must be true or false');
  return value;
}

/** @throws ConfigError if an option is unknown */
export function checkNames(options: unknown, known: readonly string[], prefix = ''): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigError(prefix === '' ? 'options' : prefix, 'must be an object');
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const full = prefix === '' ? name : `${prefix}.${name}`;
    throw new ConfigError(full, `is unknown; there are ${known.join(', ')}`);
  }
}
