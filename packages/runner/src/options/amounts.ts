import { OptionValueError } from '../errors.ts';

/** A URL path, without a query. */
export function parsePath(text: string): string {
  if (!/^\/[^\s?#]*$/.test(text)) throw new OptionValueError('It must be a path such as /status.');
  return text;
}

const SECONDS: Record<string, number> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };
const BYTES: Record<string, number> = { B: 1, K: 1_024, M: 1_048_576, G: 1_073_741_824 };

/** Reads a time, such as `90`, `90s`, `1.5h`; gives seconds. */
export function parseDuration(text: string): number {
  return parseWithUnit(text, SECONDS, 'It must be a time above 0 such as 90s, 30m, 12h, 7d.');
}

/** Reads a size, such as `300M`; gives bytes. A number alone is refused: `500` may be meant as bytes or as megabytes. */
export function parseSize(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    throw new OptionValueError(`It has no unit: write ${text}M for megabytes, ${text}K or ${text}B.`);
  }
  return parseWithUnit(text.toUpperCase(), BYTES, 'It must be a size above 0 such as 500K, 300M, 2G.');
}

/** Writes a size as {@link parseSize} reads it, with the largest unit of which it is a whole number. */
export function sizeText(bytes: number): string {
  const [unit = 'B', factor = 1] = Object.entries(BYTES).findLast(([, each]) => bytes % each === 0) ?? [];
  return `${bytes / factor}${unit}`;
}

function parseWithUnit(text: string, units: Record<string, number>, complaint: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-zA-Z]?)$/.exec(text) ?? [];
  const value = Number(number) * (units[unit] ?? Number.NaN);
  if (!(value > 0)) throw new OptionValueError(complaint);
  return value;
}
