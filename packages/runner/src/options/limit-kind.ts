import { DEFAULT_LIMITS, type ServerLimits } from '@fcgi-js/server';
import { OptionValueError } from '../errors.ts';
import { parseDuration, parseSize } from './amounts.ts';
import type { Kind } from './option-kinds.ts';

/** How limits are written: each as a number, a time or size with a unit, or "Infinity", which JSON has no number for. */
export type WrittenLimits = { readonly [Name in keyof ServerLimits]: number | string };

/** No limit. Workers get their options as JSON, which has no Infinity. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

const isName = (name: string): name is keyof ServerLimits => Object.hasOwn(DEFAULT_LIMITS, name);

/** Limits of `createServer`; on the command line each has a flag of its own, NAME=VALUE. */
export const limits: Kind<ServerLimits, WrittenLimits> = {
  fromText: (text) => {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new OptionValueError('It must be NAME=VALUE, such as requests=20000 or bodyStallTimeout=10m.');
    return { [checkedName(name)]: amountOf(name, value) };
  },
  fromFile: (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new OptionValueError('It must be an object such as { "requests": 20000 }.');
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [checkedName(name), amountOf(name, String(one))]),
    );
  },
  join: (before, value) => ({ ...before, ...value }),
  toFile: (value) =>
    Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, one === NO_LIMIT ? 'Infinity' : one]),
    ),
};

function checkedName(name: string): keyof ServerLimits {
  if (isName(name)) return name;
  throw new OptionValueError(
    `It must name limits, and "${name}" is none. There are ${Object.keys(DEFAULT_LIMITS).join(', ')}.`,
  );
}

/** Plain numbers are as in `createServer`: bytes, or milliseconds. */
function amountOf(name: string, text: string): number {
  if (text === 'Infinity') return NO_LIMIT;
  if (/^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  if (/Bytes$/.test(name)) return parseSize(text);
  if (/(?:Timeout|Delay)$/.test(name)) return parseDuration(text) * 1_000;
  throw new OptionValueError(`limits.${name} must be a number above 0, or Infinity, but it is "${text}".`);
}
