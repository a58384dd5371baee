import type { Params } from './params.ts';

/** How the application sees the address of a request. */
export interface RequestTarget {
  /** The prefix that the application is mounted at, without a slash at its end; '' at the root. */
  readonly baseUrl: string;
  /** Path and query as the browser sent them, byte for byte. */
  readonly originalUrl: string;
  /** {@link originalUrl} without {@link baseUrl}; at least `/`. */
  readonly url: string;
}

const ABSOLUTE_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/;

/** Characters of a path that must be percent-encoded (RFC 3986 §3.3), of bytes as Latin-1 text. */
const NOT_IN_PATH = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g;

/**
 * The target of a request: REQUEST_URI, which every web server sends as the browser sent it, otherwise what
 * can be made of SCRIPT_NAME, PATH_INFO and QUERY_STRING (RFC 3875 §3.3).
 */
export function requestTarget(params: Params): RequestTarget {
  const originalUrl = originalTarget(params);
  return { baseUrl: '', originalUrl, url: originalUrl };
}

function originalTarget(params: Params): string {
  const uri = params.get('REQUEST_URI');
  if (uri === undefined || uri === '') return scriptUri(params);
  if (uri.startsWith('/')) return uri;
  // Apache and h2o pass absolute targets on as they are.
  const path = uri.replace(ABSOLUTE_FORM, '');
  return path === '*' || path.startsWith('/') ? path : `/${path}`;
}

function scriptUri(params: Params): string {
  const path = `${params.get('SCRIPT_NAME') ?? ''}${params.get('PATH_INFO') ?? ''}`;
  const query = params.get('QUERY_STRING') ?? '';
  const encoded = path.replace(NOT_IN_PATH, percentEncode);
  return `${encoded.startsWith('/') ? encoded : `/${encoded}`}${query === '' ? '' : `?${query}`}`;
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
