import { hideSecret, isSecretName } from '@fcgi-js/inspector/text';
import { OptionValueError } from '../errors.ts';
import { type AccessEntry, pathOf, statusOf, urlOf } from './access-entry.ts';
import { escapeValue } from './escape.ts';
import { jsonFormat } from './json-format.ts';
import { COMMON_TIME, timeFormat } from './time-format.ts';

/** How entries become lines. */
export interface AccessFormat {
  /** Codes that ask for secrets, of which only the length is logged. */
  readonly hidden: readonly string[];
  /** A line, without its end. */
  line(entry: AccessEntry): string;
}

/** A part of a line: a value, escaped. */
type Part = (entry: AccessEntry) => string;

/** The combined format of Apache and nginx. */
const COMBINED = '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"';

/**
 * Reads the format of an access log.
 *
 * @param format `combined`, `json`, or text with codes of Apache and php-fpm
 * @throws OptionValueError that names the code that is unknown
 */
export function accessFormat(format: string): AccessFormat {
  if (format === 'json') return { hidden: [], line: jsonFormat };
  const { hidden, parts } = compile(format === 'combined' ? COMBINED : format);
  return { hidden, line: (entry) => parts.map((part) => part(entry)).join('') };
}

function compile(format: string): { hidden: string[]; parts: Part[] } {
  const hidden: string[] = [];
  const parts: Part[] = [];
  let position = 0;
  for (const match of format.matchAll(/%[<>]?(?:\{([^}]*)\})?(.?)/gsu)) {
    const [code, argument, letter = ''] = match;
    const literal = format.slice(position, match.index);
    if (literal !== '') parts.push(() => literal);
    position = match.index + code.length;
    const part = partOf(letter, argument);
    if (part === undefined) throw unknownCode(code);
    if (argument !== undefined && isSecret(letter, argument)) hidden.push(code);
    parts.push(part);
  }
  const rest = format.slice(position);
  parts.push(() => rest);
  return { hidden, parts };
}

function unknownCode(code: string): Error {
  const known = [...Object.keys(PLAIN), ...Object.keys(NAMED)].join(' ');
  return new OptionValueError(
    `The code "${code}" is unknown. It must be combined, json, or a text with ${known}.`,
  );
}

function isSecret(letter: string, name: string): boolean {
  return 'eio'.includes(letter) && isSecretName(name);
}

function partOf(letter: string, argument: string | undefined): Part | undefined {
  return argument === undefined ? PLAIN[`%${letter}`] : NAMED[`%{}${letter}`]?.(argument);
}

/** Codes without a name. Where Apache and php-fpm differ, Apache counts. */
const PLAIN: Readonly<Record<string, Part>> = {
  '%%': () => '%',
  '%A': param('SERVER_ADDR'),
  '%B': ({ response }) => String(response?.bodyBytes ?? 0),
  '%D': duration(1000),
  '%H': param('SERVER_PROTOCOL'),
  '%O': ({ response }) => String(response === undefined ? 0 : response.head.length + response.bodyBytes),
  '%P': () => String(process.pid),
  '%R': param('REMOTE_ADDR'),
  '%T': duration(1 / 1000),
  '%U': (entry) => value(pathOf(entry)),
  '%X': ({ outcome, request }) => (outcome === 'complete' ? (request.keepConn ? '+' : '-') : 'X'),
  '%a': param('REMOTE_ADDR'),
  '%b': ({ response }) => String(response?.bodyBytes || '-'),
  '%d': seconds,
  '%f': param('SCRIPT_FILENAME'),
  '%h': param('REMOTE_ADDR'),
  '%l': () => '-',
  '%m': param('REQUEST_METHOD'),
  '%n': ({ name }) => name ?? '-',
  '%p': param('SERVER_PORT'),
  '%q': ({ request: { params } }) => {
    const query = params.get('QUERY_STRING') ?? '';
    return query === '' ? '' : escapeValue(`?${query}`);
  },
  '%r': requestLine,
  '%s': (entry) => String(statusOf(entry) ?? '-'),
  '%t': timePart(COMMON_TIME)!,
  '%u': param('REMOTE_USER'),
  '%v': param('SERVER_NAME'),
  '%w': ({ worker }) => String(worker ?? '-'),
};

/** Codes with a name; `undefined` where there is no such name. */
const NAMED: Readonly<Record<string, (name: string) => Part | undefined>> = {
  '%{}T': (unit) => DURATIONS[unit],
  '%{}d': (unit) => DURATIONS[unit],
  '%{}e': (name) => param(name),
  '%{}i': (name) => param(headerParam(name)),
  '%{}o': (name) => {
    const field = new RegExp(`^${name.replace(/[^\w-]/g, '\\$&')}:(.*)$`, 'im');
    return ({ response }) => value(withoutSecret(name, field.exec(response?.head ?? '')?.[1]?.trim()));
  },
  '%{}t': timePart,
};

/** Apache's units, and php-fpm's. */
const DURATIONS: Readonly<Record<string, Part>> = {
  s: duration(1 / 1000),
  ms: duration(1),
  us: duration(1000),
  seconds: seconds,
  milliseconds: duration(1),
  microseconds: duration(1000),
};

function seconds({ response }: AccessEntry): string {
  return ((response?.duration ?? 0) / 1000).toFixed(3);
}

/** @param scale how many of the unit are a millisecond */
function duration(scale: number): Part {
  return ({ response }) => String(Math.floor((response?.duration ?? 0) * scale));
}

function timePart(format: string): Part | undefined {
  const write = timeFormat(format);
  return typeof write === 'function' ? ({ time }) => write(time) : undefined;
}

function requestLine(entry: AccessEntry): string {
  const { params } = entry.request;
  const line = [params.get('REQUEST_METHOD'), urlOf(entry), params.get('SERVER_PROTOCOL')];
  return value(line.filter((part) => part !== undefined && part !== '').join(' '));
}

function param(name: string): Part {
  return ({ request: { params } }) => {
    const found = params.get(name);
    return value(withoutSecret(name, found));
  };
}

function withoutSecret(name: string, found: string | undefined): string | undefined {
  return found === undefined || found === '' || !isSecretName(name) ? found : hideSecret(found);
}

/** The param of a request header field (RFC 3875 §4.1.18). */
function headerParam(name: string): string {
  const upper = name.toUpperCase().replaceAll('-', '_');
  return upper === 'CONTENT_TYPE' || upper === 'CONTENT_LENGTH' ? upper : `HTTP_${upper}`;
}

function value(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : escapeValue(text);
}
