import { isBelow } from './mount.ts';
import type { Params } from './params.ts';
import { normalPath, readings } from './url-path.ts';

/** In SCRIPT_FILENAME, what mod_proxy_fcgi puts before the path it has made: `proxy:fcgi://127.0.0.1:9000/foo`. */
const PROXY = /^proxy:[^/]*\/\/[^/]*/;

/** These send an empty PATH_INFO with a SCRIPT_NAME that is the whole path, if they are configured like that. */
const EMPTY_PATH_INFO_SAYS_NOTHING = /^(?:nginx|lighttpd)\b/;

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
  if (hasPathInfo && !EMPTY_PATH_INFO_SAYS_NOTHING.test(params.get('SERVER_SOFTWARE') ?? ''))
    return scriptName;
  return '';
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
