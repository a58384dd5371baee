import { changed } from './changed.ts';
import type { ParamsTransform } from './params-transform.ts';
import { isBelow, isSamePath, prefixOf, sentPath } from './paths.ts';
import { isScriptInBetween } from './script-in-between.ts';

/**
 * Puts the path that the application is mounted at in the place of a script that is not part of the URL.
 *
 * Needed by: the same configurations as `scriptNameStripper`, where not all of the site is rewritten to the script,
 * but what is below a path. Why: SCRIPT_NAME is then `/cgi-bin/app.fcgi`, while browsers see `/shop`.
 *
 * Source: `werkzeug.contrib.fixers.CGIRootFix` of Werkzeug 0.9 to 0.16; docs/web-servers.md §2, apache-fcgid-htaccess.
 *
 * @param root where browsers see the application, decoded, such as `/shop`; `/` for the root
 * @throws TypeError where it is no path
 */
export function cgiRootFix(root = '/'): ParamsTransform {
  const prefix = prefixOf('cgiRootFix()', root);
  return (params) => {
    if (params.get('SCRIPT_NAME') === prefix || !isScriptInBetween(params)) return params;
    const pathInfo = params.get('PATH_INFO');
    // The rule has passed all of the path on, the root with it.
    const hasRoot =
      pathInfo !== undefined &&
      isBelow(pathInfo, prefix) &&
      isSamePath(pathInfo, sentPath(params.get('REQUEST_URI')));
    return changed(params, {
      SCRIPT_NAME: prefix,
      PATH_INFO: hasRoot ? pathInfo.slice(prefix.length) : pathInfo,
    });
  };
}
