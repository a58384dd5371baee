/** Writes a time: milliseconds since 1970. */
export type TimeFormat = (time: number) => string;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The codes of strftime(3) that a log needs, in the time zone of the process. */
const CODES: Readonly<Record<string, (date: Date) => string>> = {
  '%': () => '%',
  H: (date) => two(date.getHours()),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  Y: (date) => String(date.getFullYear()),
  a: (date) => DAYS[date.getDay()]!,
  b: (date) => MONTHS[date.getMonth()]!,
  d: (date) => two(date.getDate()),
  m: (date) => two(date.getMonth() + 1),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  z: zone,
};

/** Apache's words for numbers since 1970. */
const NUMBERS: Readonly<Record<string, TimeFormat>> = {
  sec: (time) => String(Math.floor(time / 1000)),
  msec: (time) => String(Math.floor(time)),
  usec: (time) => String(Math.floor(time * 1000)),
};

/** The time of the common log format: `[21/Nov/2026:13:55:36 +0100]`. */
export const COMMON_TIME = '[%d/%b/%Y:%H:%M:%S %z]';

/**
 * Reads the format of a time: `sec`, `msec`, `usec`, or codes of strftime(3).
 *
 * @returns the code that is unknown, where one is
 */
export function timeFormat(format: string): TimeFormat | { readonly unknown: string } {
  const number = NUMBERS[format];
  if (number !== undefined) return number;
  const unknown = [...format.matchAll(/%(.?)/gs)].find(([, code]) => CODES[code!] === undefined);
  if (unknown !== undefined) return { unknown: unknown[0] };
  let second = Number.NaN;
  let written = '';
  return (time) => {
    // Most requests are of the same second as the one before.
    const current = Math.floor(time / 1000);
    if (current !== second) {
      second = current;
      const date = new Date(time);
      written = format.replace(/%(.)/gs, (_, code: string) => CODES[code]!(date));
    }
    return written;
  };
}

function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}${two(absolute % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
