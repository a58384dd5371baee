import { invalidRequest } from '../errors.ts';
import { toParamText } from './param-text.ts';

/** A header field; each character of its value is one byte. */
export type Field = readonly [name: string, value: string];

const LINE = /^([!#$%&'*+.^`|~\w-]+)([:;])(.*)$/s;

/**
 * Reads the values of `--header` over the fields that every request has, in the way of curl: `Name: value` sets,
 * `Name:` leaves out, `Name;` sends an empty value.
 *
 * @param host what the field Host says unless a line sets it
 * @param userAgent what the field User-Agent says unless a line sets it
 */
export function readHeaderLines(lines: readonly string[], host: string, userAgent: string): Field[] {
  const own = lines.map(readLine);
  const given = new Set(own.map(({ name }) => name.toLowerCase()));
  const usual: Field[] = [
    ['Host', host],
    ['User-Agent', userAgent],
    ['Accept', '*/*'],
  ];
  const set = own.flatMap(({ name, value }): Field[] => (value === undefined ? [] : [[name, value]]));
  return [...usual.filter(([name]) => !given.has(name.toLowerCase())), ...set];
}

function readLine(line: string): { name: string; value: string | undefined } {
  const match = LINE.exec(line);
  const [, name, sign, rest = ''] = match ?? [];
  const value = rest.trim();
  const isOther = sign === ';' && value !== '';
  if (name === undefined || isOther || /[\r\n\0]/.test(line)) {
    throw invalidRequest(`${JSON.stringify(line)} is no header field. Write 'Name: value'.`);
  }
  if (sign === ';') return { name, value: '' };
  return { name, value: value === '' ? undefined : toParamText(value) };
}
