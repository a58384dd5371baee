import type { NameValueInput } from '@fcgi-js/protocol';
import { FcgiClientError } from './errors.ts';

/** The two streams of input. */
export type InputName = 'data' | 'stdin';

/** For each input stream the param that announces its length, and the code of an error about it. */
export const LENGTH_RULES = {
  data: { code: 'FCGI_DATA_LENGTH_MISMATCH', param: 'FCGI_DATA_LENGTH' },
  stdin: { code: 'FCGI_STDIN_LENGTH_MISMATCH', param: 'CONTENT_LENGTH' },
} as const;

/** The one form that every application reads alike: C reads `104 `, `+104` and `104abc` as 104, and `0104` perhaps as 68. */
const PLAIN_NUMBER = /^(?:0|[1-9]\d*)$/;

/** Characters of a wrong name or value that its error shows. */
export const SHOWN_CHARACTERS = 40;

/**
 * The length of an input stream as the params announce it.
 *
 * A value that only looks like a length is refused rather than ignored: php-fpm reads the digits at its beginning
 * (none are 0), and takes what follows of the body for the next request on the connection.
 *
 * @returns bytes; 0 where the param is empty, as from web servers where there is no body; `undefined` where it is absent
 * @throws FcgiClientError where the param is not one plain number of bytes
 */
export function announcedLength(params: readonly NameValueInput[], input: InputName): number | undefined {
  const { code, param } = LENGTH_RULES[input];
  const [value, ...others] = params.filter(([name]) => toText(name) === param).map((pair) => toText(pair[1]));
  if (value === undefined) return undefined;
  if (others.length > 0) {
    throw new FcgiClientError(
      code,
      `There are ${others.length + 1} params ${param}, and applications differ in which of them counts. Send one, with the length of ${input}.`,
    );
  }
  const length = Number(value);
  if (value !== '' && !(PLAIN_NUMBER.test(value) && Number.isSafeInteger(length))) {
    throw new FcgiClientError(
      code,
      `${param} is ${JSON.stringify(value.slice(0, SHOWN_CHARACTERS))}, which is not a number of bytes in plain digits: applications would read another length, and take the rest of ${input} for a request. Set it to the length of ${input}, or leave it out.`,
    );
  }
  return length;
}

/** Each character stands for one byte. */
export function toText(part: string | Uint8Array): string {
  return typeof part === 'string' ? part : Buffer.from(part).toString('latin1');
}
