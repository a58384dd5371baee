import { isToken } from './field-syntax.ts';
import type { Params } from './params.ts';

/** A meta-variable that should be a length is none. */
export const INVALID_LENGTH = -2;

/** No length is given: the end of the stream decides. */
export const NO_LENGTH = -1;

const DIGITS = /^\d{1,15}$/;

/**
 * A length in bytes out of a meta-variable (CONTENT_LENGTH, RFC 3875 §4.1.2; FCGI_DATA_LENGTH, FastCGI 1.0
 * §6.4). Absent, empty (nginx) and "-1" (Caddy, for chunked uploads) mean that none is given.
 *
 * @returns the length, {@link NO_LENGTH} or {@link INVALID_LENGTH}
 */
export function lengthOf(params: Params, name: string): number {
  const text = params.get(name);
  if (text === undefined || text === '' || text === '-1') return NO_LENGTH;
  return DIGITS.test(text) ? Number(text) : INVALID_LENGTH;
}

/**
 * The method of a request (RFC 3875 §4.1.12), GET where none is named.
 *
 * @returns `undefined` where it is not a token, so that HTTP cannot have it
 */
export function methodOf(params: Params): string | undefined {
  const method = params.get('REQUEST_METHOD') || 'GET';
  return isToken(method) ? method : undefined;
}

/**
 * Whether the body comes with its chunk framing after a STDIN that looks empty, as from Cherokee: such a body
 * cannot be trusted.
 */
export function hasUndecodedBody(params: Params): boolean {
  return (
    params.get('CONTENT_TRANSFER_ENCODING')?.toLowerCase() === 'chunked' &&
    lengthOf(params, 'CONTENT_LENGTH') === NO_LENGTH
  );
}
