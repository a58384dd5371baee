import { optionError } from './errors.ts';

const ESCAPE = /%([0-9A-Fa-f]{2})/g;
const ABSOLUTE_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/;

/** Characters of a path that must be percent-encoded (RFC 3986 §3.3), of bytes as Latin-1 text. */
const NOT_IN_PATH = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g;

/** The path of a request target as it was sent; '' where there is none. */
export function sentPath(target: string | undefined): string {
  const [path = ''] = (target ?? '').replace(ABSOLUTE_FORM, '').split('?');
  return path.startsWith('/') ? path : '';
}

/** Decodes a path once; each escape becomes one byte. */
export function decodePath(path: string): string {
  return path.replace(ESCAPE, (_sequence, digits: string) => byte(digits));
}

/** Percent-encodes a decoded path, each character of which is one byte. */
export function encodePath(path: string): string {
  return path.replace(NOT_IN_PATH, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

/** Whether a path is a prefix, or lies below it. */
export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}

/**
 * Whether a path that a web server has decoded and normalised is the one that was sent. Apache leaves %2F encoded with
 * AllowEncodedSlashes NoDecode, and configurations can make PATH_INFO of what is not decoded.
 */
export function isSamePath(served: string, sent: string): boolean {
  const path = segmentsOf(served).join('/');
  const slashesKept = sent.replace(ESCAPE, (sequence, digits: string) => {
    return digits.toLowerCase() === '2f' ? sequence : byte(digits);
  });
  return [decodePath(sent), slashesKept, sent].some((reading) => segmentsOf(reading).join('/') === path);
}

/** The names in a path, with neither empty ones nor dots. */
export function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

/**
 * Brings a prefix that a user has named into the form that params have.
 *
 * @param caller whose argument it is
 * @returns each character one byte, without a slash at its end; '' for the root
 * @throws TypeError where it is no decoded, normalised path
 */
export function prefixOf(caller: string, prefix: unknown): string {
  const path = typeof prefix === 'string' ? prefix.replace(/\/$/, '') : '?';
  const [first, ...names] = path.split('/');
  if (first !== '' || names.some((name) => /^\.{0,2}$|[%?#\0\p{Surrogate}]/u.test(name))) {
    throw optionError(`${caller} takes '/' or a path such as '/app', decoded and normalised.`);
  }
  // The bytes of UTF-8, each of them one character.
  return decodePath(encodeURI(path));
}

function byte(digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 16));
}
