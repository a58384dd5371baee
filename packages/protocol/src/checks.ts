import { RecordType, type StreamType } from './constants.ts';
import { LocalProtocolError } from './errors.ts';

/*
 * Checks of what the caller hands in. The types say the same, but callers without types exist, and bytes
 * that are wrong by accident would only be noticed at the other end of the connection.
 */

/** Length of a name or value that still has an encoding, in bytes (§3.4: 31 bits). */
const LENGTH_LIMIT = 0x7fff_ffff;

/** @throws LocalProtocolError where `value` is no integer from `least` to `most` */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw invalid(`${name} must be an integer from ${least} to ${most}, but it is ${nameOf(value)}.`);
  }
}

/** @throws LocalProtocolError where `value` is no request ID of an application record (§3.3) */
export function checkRequestId(value: number): void {
  checkInteger('requestId', value, 1, 0xffff);
}

/** @throws LocalProtocolError where `type` is none of the five stream types (§3.3) */
export function checkStreamType(type: StreamType): void {
  checkInteger('the type of a stream', type, RecordType.Params, RecordType.Data);
}

/** @throws LocalProtocolError where `value` is neither `true` nor `false` */
export function checkBoolean(name: string, value: boolean): void {
  if (typeof value !== 'boolean') {
    throw invalid(`${name} must be a boolean, but it is ${nameOf(value)}.`);
  }
}

/** @throws LocalProtocolError where `value` is no object with fields; a record that was decoded has more than are needed */
export function checkFields(name: string, value: object): void {
  if (typeof value !== 'object' || value === null) {
    throw invalid(`${name} must be an object, but it is ${nameOf(value)}.`);
  }
}

/** @throws LocalProtocolError where `value` is no object, or has an option that is not one of `known` */
export function checkKnown(name: string, value: object, known: readonly string[]): void {
  checkFields(name, value);
  for (const option of Object.keys(value)) {
    if (!known.includes(option)) {
      throw invalid(`${name} must not have ${JSON.stringify(option)}. Known are: ${known.join(', ')}.`);
    }
  }
}

/** @throws LocalProtocolError where `value` is no Uint8Array */
export function checkBytes(name: string, value: Uint8Array): void {
  if (!isBytes(value)) {
    throw invalid(`${name} must be a Uint8Array, but it is ${nameOf(value)}.`);
  }
}

/** @throws LocalProtocolError where `value` is no name or value of a pair, or is too long for one (§3.4) */
export function checkPairPart(name: string, value: string | Uint8Array): void {
  if (typeof value !== 'string' && !isBytes(value)) {
    throw invalid(`${name} must be a string or a Uint8Array, but it is ${nameOf(value)}.`);
  }
  if (value.length > LENGTH_LIMIT) {
    throw new LocalProtocolError(
      'FCGI_ARGUMENT_TOO_LONG',
      `${name} may have ${LENGTH_LIMIT} bytes, but it has ${value.length}.`,
    );
  }
}

/**
 * A string is refused although it can be iterated: one name where names are expected is a mistake.
 *
 * @throws LocalProtocolError where `value` is no iterable of things
 */
export function checkIterable(name: string, value: Iterable<unknown> | null | undefined): void {
  if (typeof value === 'string' || typeof value?.[Symbol.iterator] !== 'function') {
    throw invalid(`${name} must be iterable, for example an array, but it is ${nameOf(value)}.`);
  }
}

/** @throws LocalProtocolError where `value` is no array, as a pair is */
export function checkPair(value: readonly unknown[]): void {
  if (!Array.isArray(value)) {
    throw invalid(`A name-value pair must be an array, but it is ${nameOf(value)}.`);
  }
}

/** Not by `instanceof`, which does not know the arrays of other realms (test runners, frames). */
function isBytes(value: Uint8Array | null | undefined): boolean {
  return value?.[Symbol.toStringTag] === 'Uint8Array';
}

/** Numbers are shown; anything else only by its type, because it could be a secret. */
function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'number' ? `${value}` : `of type ${typeof value}`;
}

function invalid(message: string): LocalProtocolError {
  return new LocalProtocolError('FCGI_ARGUMENT_INVALID', message);
}
