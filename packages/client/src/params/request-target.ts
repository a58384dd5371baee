import { FcgiOptionError } from '@fcgi-js/protocol/options';
import { FcgiClientError } from '../errors.ts';

/** The target of an HTTP request (RFC 9112 §3.2), taken apart without changing a byte. */
export interface RequestTarget {
  /** The authority of an absolute target (`GET http://host/path`), which counts instead of Host; else undefined. */
  readonly authority: string | undefined;
  /** As sent, percent-encoded; `''` for the target `*`. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** Path and query as sent; `*` for the target `*`. */
  readonly uri: string;
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@]*)(.*)$/is;

/** The host and port of an absolute target; undefined where the target is none. */
export function authorityOf(target: string): string | undefined {
  return ABSOLUTE.exec(target)?.[1];
}

/**
 * Takes the target of a request apart.
 *
 * @throws FcgiClientError `FCGI_TARGET_INVALID` where it is no path, no absolute URI and not `*`
 */
export function parseTarget(target: string): RequestTarget {
  if (target === '*') return { authority: undefined, path: '', query: '', uri: '*' };
  if (target.startsWith('/')) return withPath(target, undefined);
  const match = ABSOLUTE.exec(target);
  if (match === null) {
    throw new FcgiClientError('FCGI_TARGET_INVALID', 'The target of a request must be a path, a URI or "*".');
  }
  const rest = match[2] ?? '';
  return withPath(rest.startsWith('/') ? rest : `/${rest}`, match[1]);
}

/** SCRIPT_NAME and PATH_INFO (RFC 3875 §4.1.5, §4.1.13), both decoded: each character is one byte. */
export interface SplitPath {
  readonly pathInfo: string;
  readonly scriptName: string;
}

/**
 * Brings a prefix into the form that {@link splitPath} takes.
 *
 * @param mount `''` or `/` for the root, otherwise a decoded path such as `/app`; a slash at its end is dropped
 * @throws FcgiOptionError where it does not begin with a slash, or has empty segments, dots, `%`, `?` or `#`
 */
export function parseMount(mount: string): string {
  if (typeof mount !== 'string') throw new FcgiOptionError('mount must be a string.');
  const trimmed = mount.endsWith('/') ? mount.slice(0, -1) : mount;
  const isValid = trimmed
    .split('/')
    .every((segment, index) => (index === 0 ? segment === '' : !/^\.{0,2}$|[%?#\0]/.test(segment)));
  if (!isValid) {
    throw new FcgiOptionError(
      `mount must be '' or a path such as '/app', decoded and normalised, but it is ${JSON.stringify(mount)}.`,
    );
  }
  return Buffer.from(trimmed).toString('latin1');
}

/**
 * Splits the path of a request at the prefix an application is mounted at, segment by segment: `/app` is the
 * prefix of `/app` and `/app/x`, however its letters are encoded, but not of `/apple` or `/app%2Fx`.
 *
 * @param path as sent
 * @param mount as from {@link parseMount}
 * @returns undefined where the path lies outside the prefix
 * @throws FcgiClientError `FCGI_TARGET_INVALID` where the path has an encoded NUL, which no param may hold
 */
export function splitPath(path: string, mount: string): SplitPath | undefined {
  const prefix = mount.split('/');
  const segments = path.split('/').map(percentDecode);
  if (prefix.some((segment, index) => segments[index] !== segment)) return undefined;
  const rest = segments.slice(prefix.length);
  return { scriptName: mount, pathInfo: rest.map((segment) => `/${segment}`).join('') };
}

/**
 * Takes the target of a request apart, and its path at a prefix.
 *
 * @param mount as from {@link parseMount}
 * @throws FcgiClientError `FCGI_PATH_OUTSIDE_MOUNT` where the path is not below the prefix, `FCGI_TARGET_INVALID` where the target
 *   is no path or has an encoded NUL
 */
export function decodeTarget(target: string, mount: string): RequestTarget & SplitPath {
  const parsed = parseTarget(target);
  const split = parsed.uri === '*' ? { scriptName: mount, pathInfo: '' } : splitPath(parsed.path, mount);
  if (split !== undefined) return { ...parsed, ...split };
  throw new FcgiClientError('FCGI_PATH_OUTSIDE_MOUNT', `The path of the request is not below ${mount}.`);
}

function withPath(uri: string, authority: string | undefined): RequestTarget {
  const mark = uri.indexOf('?');
  return {
    authority,
    path: mark === -1 ? uri : uri.slice(0, mark),
    query: mark === -1 ? '' : uri.slice(mark + 1),
    uri,
  };
}

/**
 * Each escape becomes one byte; what only looks like an escape stays as it is.
 *
 * @throws FcgiClientError `FCGI_TARGET_INVALID` where there is a NUL
 */
export function percentDecode(text: string): string {
  const decoded = text.replace(/%([0-9a-f]{2})/gi, (_escape, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  if (decoded.includes('\0')) {
    throw new FcgiClientError('FCGI_TARGET_INVALID', 'A path must not have a NUL, encoded or not.');
  }
  return decoded;
}
