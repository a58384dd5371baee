/** Characters of a path that must be percent-encoded (RFC 3986 §3.3), of bytes as Latin-1 text. */
const NOT_IN_PATH = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g;

const PLAIN_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/;

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

const ESCAPE = /%([0-9A-Fa-f]{2})/g;

/** Percent-encodes a decoded path, each character of which is one byte. */
export function encodePath(path: string): string {
  return path.replace(NOT_IN_PATH, escapeOf);
}

/** What no request target can hold as the browser sent it (RFC 9112 §3): blanks and controls. */
const BLANK = /[\0-\x20\x7f]/;
const BLANKS = /[\0-\x20\x7f]/g;

/** Whether a text has something that only a decoded request target has. */
export function hasBlank(text: string): boolean {
  return BLANK.test(text);
}

/** A query without blanks and controls, which are encoded; every other byte stays as it is. */
export function encodeQuery(query: string): string {
  return query.replace(BLANKS, escapeOf);
}

/** The percent-encoding of a character that is one byte. */
export function escapeOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Decodes a path once, as web servers do for PATH_INFO; each escape becomes one byte. */
export function decodePath(path: string): string {
  return path.includes('%') ? path.replace(ESCAPE, (_escape, digits: string) => byte(digits)) : path;
}

/** The path of a request target, which ends at the first question mark. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

/** A path that begins with a slash. */
export function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/** Whether a path is the same encoded and decoded. */
export function isPlain(path: string): boolean {
  return PLAIN_PATH.test(path);
}

/** Without empty segments, dot segments and a slash at the end; the root is ''. */
export function normalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.length === 0 ? '' : `/${segments.join('/')}`;
}

/** Whether a path has segments that the URL standard resolves: `.` and `..`, also encoded. */
export function hasDotSegments(path: string): boolean {
  return DOT_SEGMENT.test(path);
}

/**
 * What a path becomes in a URL of the URL standard, which resolves dot segments and takes `\` for `/`. Unlike web
 * servers, it counts an empty segment as one: `/a//../b` is `/a/b`.
 */
export function urlPath(path: string): string {
  return new URL(`http://localhost${path}`).pathname;
}

/**
 * What stands in front of a path that a web server has decoded and normalised (PATH_INFO, or all of SCRIPT_NAME and
 * PATH_INFO) in the path that the browser sent. Letters count as the same in both cases, because Caddy and IIS
 * take them so when they look for a prefix.
 *
 * @returns in lower case; '' where both are the same path; `undefined` where the one does not end with the other
 */
export function pathBefore(served: string, sent: string): string | undefined {
  if (sent === served) return '';
  const end = normalPath(served).toLowerCase();
  for (const reading of readings(sent)) {
    const whole = normalPath(reading).toLowerCase();
    if (whole.endsWith(end)) return whole.slice(0, whole.length - end.length);
  }
  return undefined;
}

/**
 * What web servers make of a path: decoded (nearly all), decoded but for its slashes (Apache with
 * AllowEncodedSlashes NoDecode), or as it came (PATH_INFO made of REQUEST_URI by the configuration; Cherokee).
 */
export function readings(path: string): readonly string[] {
  if (!path.includes('%')) return [path];
  const slashesKept = path.replace(ESCAPE, (sequence, digits: string) => {
    return digits.toLowerCase() === '2f' ? sequence : byte(digits);
  });
  return [decodePath(path), slashesKept, path];
}

function byte(digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 16));
}
