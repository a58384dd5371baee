import { changed } from './changed.ts';
import type { ParamsTransform } from './params-transform.ts';
import { decodePath, isBelow, sentPath } from './paths.ts';

/**
 * Makes PATH_INFO of what the browser sent, decoded once, and nothing else done to it.
 *
 * Needed by: handlers that read PATH_INFO and must see two slashes in a row or dot segments, which nginx, lighttpd and
 * Apache take out; and web servers on Windows, where PATH_INFO goes through a code page and loses characters.
 * Why: PATH_INFO is what the web server has understood. `@fcgi-js/server` does not need it: `url` is as it was sent.
 * An application that maps PATH_INFO to files has to resolve dot segments after this.
 *
 * Source: `werkzeug.contrib.fixers.PathInfoFromRequestUriFix`; docs/web-servers.md §3.
 */
export function pathInfoFromRequestUri(): ParamsTransform {
  return (params) => {
    const path = decodePath(sentPath(params.get('REQUEST_URI') || params.get('UNENCODED_URL')));
    const scriptName = params.get('SCRIPT_NAME') ?? '';
    if (path === '' || !isBelow(path, scriptName)) return params;
    return changed(params, { PATH_INFO: path.slice(scriptName.length) });
  };
}
