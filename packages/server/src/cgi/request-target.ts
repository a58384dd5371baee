import { isBelow, leavesMount, targetBelow } from './mount.ts';
import type { Params } from './params.ts';
import { servedPath } from './served-path.ts';
import { encodePath, hasBlank, hasDotSegments, isPlain, normalPath, pathOf } from './url-path.ts';

/** How the application sees the address of a request. */
export interface RequestTarget {
  /** The prefix that the application is mounted at, without a slash at its end; '' at the root. */
  readonly baseUrl: string;
  /** Path and query as the browser sent them, byte for byte. */
  readonly originalUrl: string;
  /** {@link originalUrl} without {@link baseUrl}; at least `/`. */
  readonly url: string;
}

const QUESTION_MARK = 0x3f;

/**
 * The target of a request (RFC 3875 §3.3), whatever the web server has made of it.
 *
 * @param mount the prefix that the user named, as from `mountOf`; otherwise the one that the params prove
 * @returns `undefined` where the path lies outside the prefix
 */
export function requestTarget(params: Params, mount?: string): RequestTarget | undefined {
  const scriptName = params.get('SCRIPT_NAME') ?? '';
  const uri = params.get('REQUEST_URI') ?? '';
  // Most requests: nothing is in the way, so there is nothing to find out.
  if (mount === undefined && isAtRoot(params, scriptName, uri)) {
    return { baseUrl: '', originalUrl: uri, url: uri };
  }
  const served = servedPath(params, mount);
  if (served === undefined) return undefined;
  const { path, target } = served;
  const prefix = mount ?? served.mount;
  // Caddy and HAProxy leave dot segments and empty ones as they are.
  const normal = normalPath(path);
  if (!isBelow(normal, normalPath(prefix)) || leavesMount(pathOf(target), prefix)) return undefined;
  const rest = (isBelow(path, prefix) && !hasDotSegments(path) ? path : normal).slice(prefix.length);
  return { baseUrl: encodePath(prefix), originalUrl: target, url: targetBelow(target, prefix, rest) };
}

/** Whether the params say so at first sight, as those of a web server that passes everything on do. */
function isAtRoot(params: Params, scriptName: string, uri: string): boolean {
  const pathInfo = params.get('PATH_INFO');
  if (hasBlank(uri)) return false;
  if (scriptName === '') return agrees(uri, pathInfo ?? '');
  // nginx as it comes: SCRIPT_NAME is the whole path. The other two could prove that part of it is a prefix.
  return (
    pathInfo === undefined &&
    agrees(uri, scriptName) &&
    !params.has('CONTEXT_PREFIX') &&
    !params.get('SCRIPT_FILENAME')?.startsWith('proxy:')
  );
}

/** Whether the path of REQUEST_URI is this one, with nothing in it that could be encoded or decoded; '' is any. */
function agrees(uri: string, path: string): boolean {
  return (
    uri.startsWith('/') &&
    uri.startsWith(path) &&
    (path === '' || uri.length === path.length || uri.charCodeAt(path.length) === QUESTION_MARK) &&
    isPlain(path)
  );
}
