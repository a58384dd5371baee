import { isBelow } from './mount.ts';
import type { Params } from './params.ts';
import { decodePath, normalPath, readings } from './url-path.ts';

/** In SCRIPT_FILENAME, what mod_proxy_fcgi puts before the path it has made: `proxy:fcgi://127.0.0.1:9000/foo`. */
const PROXY = /^proxy:[^/]*\/\/[^/]*/;

/** The ends of names of programs, so that a path that a request was rewritten to is not taken for one. */
export const PROGRAM = /[^/]\.(?:f?cgi|fpl|p[ly]|php|rb|sh|[cm]?js|exe|dll)$/i;

/**
 * The prefix where SCRIPT_NAME is the whole path and nothing follows it. That may be the prefix on its own, or any
 * path of web servers that make no PATH_INFO (mod_proxy_fcgi, nginx and HAProxy as they come, lighttpd at the root).
 * Most params look the same in both cases; these do not.
 *
 * @param scriptName without a slash at its end
 * @param hasPathInfo whether PATH_INFO came, though empty
 * @returns '' where nothing is proven
 */
export function provenMount(params: Params, scriptName: string, hasPathInfo: boolean): string {
  if (scriptName === '') return '';
  const file = params.get('SCRIPT_FILENAME') ?? '';
  if (PROXY.test(file)) return proxiedMount(scriptName, file.replace(PROXY, ''));
  // Apache says how much of the path Alias or ScriptAlias stand for.
  const alias = params.get('CONTEXT_PREFIX') ?? '';
  if (alias !== '') return isBelow(scriptName, normalPath(alias)) ? scriptName : '';
  if (isFileOfApache(params, scriptName, file)) return scriptName;
  if (params.has('CONTEXT_PREFIX')) return genericMount(scriptName, file);
  // A configuration sets SCRIPT_NAME to the prefix, which has no slash where the path that was sent has one.
  const isStated =
    params.get('SCRIPT_NAME') === scriptName && params.get('DOCUMENT_URI') === `${scriptName}/`;
  if (isStated) return scriptName;
  return hasPathInfo && isNoDocument(params, scriptName, file) ? scriptName : '';
}

/**
 * The folder of the script that a request was rewritten to, where the path that was sent lies in it: an application in
 * `/blog/app.fcgi` is mounted at `/blog`.
 *
 * @param path as it was sent, decoded and normalised
 * @returns '' where SCRIPT_NAME is no script, or in another folder
 */
export function scriptFolder(params: Params, scriptName: string, path: string): string {
  const isScript =
    PROGRAM.test(scriptName) || isFileOfApache(params, scriptName, params.get('SCRIPT_FILENAME') ?? '');
  const folder = scriptName.slice(0, scriptName.lastIndexOf('/'));
  return isScript && isBelow(path, folder) ? folder : '';
}

/**
 * SCRIPT_NAME, where a configuration sets it to the prefix and leaves PATH_INFO out: the web server still names the path
 * that was sent as the document (nginx), or what is left of it as the file (ProxyPass of Apache).
 *
 * @param path as it was sent, decoded and normalised
 * @returns '' where it is not, or is a path that the request was rewritten to
 */
export function statedPrefix(params: Params, scriptName: string, path: string): string {
  if (PROGRAM.test(scriptName) || scriptName === path || !isBelow(path, scriptName)) return '';
  const file = params.get('SCRIPT_FILENAME') ?? '';
  const rest = normalPath(decodePath(file.replace(PROXY, '')));
  const isRest = PROXY.test(file) && rest === path.slice(scriptName.length);
  return isRest || normalPath(params.get('DOCUMENT_URI') ?? '') === path ? scriptName : '';
}

/** Apache with mod_fcgid or mod_fastcgi: a URL that names a file runs it. */
function isFileOfApache(params: Params, scriptName: string, file: string): boolean {
  const root = params.get('CONTEXT_DOCUMENT_ROOT') ?? '';
  return params.get('CONTEXT_PREFIX') === '' && root !== '' && file === root + scriptName;
}

/**
 * Whether an empty PATH_INFO behind a SCRIPT_NAME of one name is more than what comes with every path that a pattern for
 * scripts does not match (`split .php` of Caddy, `fastcgi_split_path_info` of nginx). Those web servers name the path as
 * the document, too; a configuration that sets SCRIPT_NAME to the prefix does not.
 */
function isNoDocument(params: Params, scriptName: string, file: string): boolean {
  const document = params.get('DOCUMENT_URI');
  if (document === '') return true;
  return document === undefined && !file.endsWith(scriptName) && scriptName.lastIndexOf('/') === 0;
}

/** mod_proxy_fcgi with ProxyFCGIBackendType GENERIC: SCRIPT_FILENAME is what is left of the path behind the prefix. */
function genericMount(scriptName: string, file: string): string {
  const rest = normalPath(decodePath(file));
  const isRest = file.startsWith('/') && scriptName !== rest && scriptName.endsWith(rest);
  return isRest ? scriptName.slice(0, scriptName.length - rest.length) : '';
}

/**
 * Whether SCRIPT_NAME is only the beginning of a path below which no file is: Apache with SetHandler and lighttpd take the
 * first name of any path for the program, at the root as well as below a prefix.
 */
export function isUnprovenFile(params: Params): boolean {
  const scriptName = params.get('SCRIPT_NAME') ?? '';
  if (params.get('SERVER_SOFTWARE')?.startsWith('lighttpd')) return !params.has('REDIRECT_URI');
  const file = (params.get('SCRIPT_FILENAME') ?? '').replace(PROXY, '').replace(/^\/\//, '/');
  return isFileOfApache(params, scriptName, file);
}

/** ProxyPass has replaced the prefix by a path of its own: what both have in common at the end is not the prefix. */
function proxiedMount(scriptName: string, file: string): string {
  const [path = ''] = file.split('?');
  const names = normalPath(scriptName).split('/');
  const common = readings(path).map((reading) => commonEnd(names, normalPath(reading).split('/')));
  const length = Math.max(...common);
  if (length === 0 && normalPath(path) !== '') return '';
  return names.slice(0, names.length - length).join('/');
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length - 1 && length < b.length - 1 && a.at(-1 - length) === b.at(-1 - length))
    length += 1;
  return length;
}
