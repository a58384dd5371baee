import { isBelow } from './mount.ts';
import type { Params } from './params.ts';
import { PROGRAM, provenMount, scriptFolder, statedPrefix } from './proven-mount.ts';
import {
  decodePath,
  encodePath,
  encodeQuery,
  hasBlank,
  isPlain,
  normalPath,
  pathBefore,
  pathOf,
  rooted,
} from './url-path.ts';

/** What the params say about the path of a request, once they are understood. */
export interface ServedPath {
  /** The prefix that they prove, decoded; '' where they prove none. */
  readonly mount: string;
  /** Prefix and rest, decoded, as the web server has understood them. */
  readonly path: string;
  /** Path and query as the browser sent them; where that cannot be known, made of the others. */
  readonly target: string;
}

const ABSOLUTE_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/;

/**
 * Finds out which path is meant. REQUEST_URI has it as the browser sent it, but some web servers change it;
 * SCRIPT_NAME and PATH_INFO together should be the same path decoded, but some put other things there. What agrees
 * with each other is right.
 *
 * @param mount the prefix that the user named
 * @returns `undefined` where PATH_INFO goes on in the middle of a name: nginx with `location /app` and Caddy with
 *   `handle_path /app*` cut /application so
 */
export function servedPath(params: Params, mount?: string): ServedPath | undefined {
  const scriptName = scriptNameOf(params);
  const pathInfo = params.get('PATH_INFO');
  const [script, rest] = split(params, scriptName, pathInfo ?? '');
  if (rest !== '' && rest[0] !== '/' && mount === undefined) return undefined;
  const whole = script + rest;
  const sent = sentTarget(params, whole);
  if (sent === undefined)
    return { mount: rest === '' ? '' : script, path: whole, target: made(whole, params) };
  if (sent === '*') return { mount: '', path: whole, target: sent };
  const path = pathOf(sent);
  // Where dot segments are left as they are, the whole could look like the same path by chance.
  const isRest = script !== '' && path === rest;
  if (!isRest && pathBefore(whole, path) === '') {
    const proven = rest === '' ? provenMount(params, script, pathInfo !== undefined) : script;
    return { mount: proven, path: whole, target: sent };
  }
  // A front controller: every path that is no file is rewritten to one script.
  if (rest === '' || isController(script, rest, path)) {
    const meant = normalPath(decodePath(path));
    const folder = scriptFolder(params, script || rest, meant);
    return { mount: folder || statedPrefix(params, script, meant), path: meant, target: sent };
  }
  // A configuration has put the whole path into both (nginx: `PATH_INFO $fastcgi_script_name`), which proves no prefix.
  if (rest === pathInfo && pathInfo === scriptName) return wholePath(params, pathInfo, sent);
  return scriptInBetween(params, script, rest, sent, mount) ?? changedPath(params, script, rest, path);
}

/**
 * Whether PATH_INFO is the script that a request was rewritten to: Caddy without `split`, and configurations that put the
 * whole path there.
 */
function isController(script: string, rest: string, sent: string): boolean {
  return (script === '' || script === rest) && PROGRAM.test(rest) && pathBefore(rest, sent) === undefined;
}

/** busybox httpd and configurations written by hand leave out the first slash. */
function scriptNameOf(params: Params): string {
  const scriptName = params.get('SCRIPT_NAME') ?? '';
  return scriptName === '' ? '' : rooted(scriptName);
}

/** SCRIPT_NAME and PATH_INFO in a form that can be joined. */
function split(params: Params, scriptName: string, pathInfo: string): [script: string, rest: string] {
  if (scriptName === '' || scriptName.endsWith('/')) {
    // h2o takes a target in absolute form for a path.
    const isAbsolute = pathInfo.includes('://') && params.get('REQUEST_URI')?.startsWith('/') === false;
    const rest = isAbsolute ? pathInfo.slice(1).replace(ABSOLUTE_FORM, '') : pathInfo;
    return [scriptName.slice(0, -1), rest === '' || rest[0] === '/' ? rest : `/${rest}`];
  }
  // IIS repeats SCRIPT_NAME in PATH_INFO, unless allowPathInfoForScriptMappings is set.
  if (isBelow(pathInfo, scriptName) && params.get('SERVER_SOFTWARE')?.startsWith('Microsoft-IIS/')) {
    return pathInfo === scriptName ? ['', pathInfo] : [scriptName, pathInfo.slice(scriptName.length)];
  }
  return [scriptName, pathInfo];
}

/**
 * The request target as it was sent, but never in absolute form.
 *
 * @returns `undefined` where it did not come
 */
function sentTarget(params: Params, whole: string): string | undefined {
  const uri = params.get('REQUEST_URI') ?? '';
  if (uri === '' || uri === '*') return uri || undefined;
  // Apache and h2o pass absolute targets on as they are.
  const sent = uri.startsWith('/') ? uri : rooted(uri.replace(ABSOLUTE_FORM, ''));
  const path = pathOf(sent);
  // Cherokee decodes it, and so do configurations that take it from `$uri` or `$document_uri` of nginx.
  const isDecoded =
    hasBlank(path) || (!isPlain(whole) && params.get('SERVER_SOFTWARE')?.startsWith('Cherokee'));
  return isDecoded ? encodedTarget(params, sent, whole) : path + encodeQuery(sent.slice(path.length));
}

/** A request target that came decoded, encoded again. */
function encodedTarget(params: Params, decoded: string, whole: string): string {
  const rest = decoded.startsWith(whole) ? decoded.slice(whole.length) : undefined;
  // A question mark may be part of the path.
  const path = rest === '' || rest?.startsWith('?') ? whole : pathOf(decoded);
  const query = decoded.slice(path.length);
  return encodePath(path) + (query === '' ? queryOf(params) : encodeQuery(query));
}

/**
 * REQUEST_URI agrees with PATH_INFO, but SCRIPT_NAME is not between them: it is the script that the request was
 * rewritten to, in a folder that is the prefix; or a configuration has put the whole path into PATH_INFO, or taken
 * the prefix off REQUEST_URI.
 */
function scriptInBetween(
  params: Params,
  script: string,
  rest: string,
  sent: string,
  mount: string | undefined,
): ServedPath | undefined {
  const before = pathBefore(rest, pathOf(sent));
  // A rewrite rule has taken off the prefix that the user named.
  if (mount !== undefined && mount !== '' && before === mount.toLowerCase()) {
    return { mount, path: mount + rest, target: sent };
  }
  if (before === undefined || !isBelow(script.toLowerCase(), before)) return undefined;
  if (before === '' && isBelow(rest, script)) return { mount: script, path: rest, target: sent };
  if (before === '' && (script === mount || stripsRequestUri(params))) {
    return { mount: script, path: script + rest, target: encodePath(script) + sent };
  }
  const folder = script.slice(0, before.length);
  return { mount: folder, path: folder + rest, target: sent };
}

/** SCRIPT_NAME and PATH_INFO are both the whole path. */
function wholePath(params: Params, path: string, sent: string): ServedPath {
  const isSent = pathBefore(path, pathOf(sent)) === '';
  return isSent ? { mount: '', path, target: sent } : changedPath(params, '', path, pathOf(sent));
}

/** lighttpd with `strip-request-uri`. What it rewrites has a REDIRECT_URI. */
function stripsRequestUri(params: Params): boolean {
  return params.get('SERVER_SOFTWARE')?.startsWith('lighttpd') === true && !params.has('REDIRECT_URI');
}

/** The web server means another path than the one that was sent: its configuration has rewritten it. */
function changedPath(params: Params, script: string, rest: string, sentPath: string): ServedPath {
  const mount = isBelow(normalPath(decodePath(sentPath)), script) ? script : '';
  return { mount, path: mount + rest, target: made(mount + rest, params) };
}

/** A request target with this path. */
function made(path: string, params: Params): string {
  return `${encodePath(path) || '/'}${queryOf(params)}`;
}

/** The query with its question mark; '' where there is none. */
function queryOf(params: Params): string {
  const query = params.get('QUERY_STRING') ?? '';
  return query === '' ? '' : `?${encodeQuery(query)}`;
}
