import { inspect } from 'node:util';
import { byteSize, escapeLogText } from '@fcgi-js/inspector/text';
import { type Unit, unitOf } from './fields.ts';

/** How numbers are written that are no plain ones, by what they are. */
const WRITTEN: Readonly<Partial<Record<Unit | 'percent', (value: number) => string>>> = {
  age: duration,
  bytes: byteSize,
  microseconds,
  percent,
  seconds: (value) => `${value.toFixed(1)} s`,
  share: (value) => percent(value * 100),
  time: date,
};

/** What php-fpm alone has. */
const OF_PHP_FPM: Readonly<Record<string, Unit | 'percent'>> = {
  'last request cpu': 'percent',
  'last request memory': 'bytes',
};

/**
 * A figure of a status for a terminal: with its unit, on one line, and with nothing that a terminal obeys.
 *
 * @param name of the field, as php-fpm or `fcgi run` has it
 * @param value whatever the status has there; `undefined` and `null` are no text
 */
export function figureText(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) {
    const unit = unitOf(name) ?? OF_PHP_FPM[name];
    return (unit && WRITTEN[unit]?.(value)) ?? String(value);
  }
  return escapeLogText(
    typeof value === 'object' ? inspect(value, { breakLength: Number.POSITIVE_INFINITY }) : String(value),
  );
}

function microseconds(value: number): string {
  if (value < 1e6) return `${(value / 1000).toFixed(1)} ms`;
  return value < 60e6 ? `${(value / 1e6).toFixed(1)} s` : duration(value / 1e6);
}

/** Seconds as people write them: `2d 3h`, `4m 5s`. */
function duration(value: number): string {
  const parts = [
    [Math.floor(value / 86_400), 'd'],
    [Math.floor(value / 3_600) % 24, 'h'],
    [Math.floor(value / 60) % 60, 'm'],
    [Math.floor(value) % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first === -1 ? 3 : first)
    .slice(0, 2)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}

function percent(value: number): string {
  return `${Math.round(value)}%`;
}

function date(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}
