import { changed } from './changed.ts';
import type { ParamsTransform } from './params-transform.ts';
import { isSamePath, sentPath } from './paths.ts';

/**
 * Puts the path together again that lighttpd has cut after its first segment.
 *
 * Needed by: lighttpd with `fastcgi.server = ( "/" => … )`, all versions before 1.4.23, and later ones without
 * `"fix-root-scriptname" => "enable"`. Why: it takes the first segment for the script, so that `/news/today` comes as
 * SCRIPT_NAME `/news` and PATH_INFO `/today`. Not to be used below a prefix, where that is the truth.
 *
 * Source: lighttpd issue 729; `LighttpdScriptNameFix` of Plack; `LighttpdCGIRootFix` of Werkzeug (whose later form by
 * version number broke other web servers, pallets/werkzeug#1141); docs/web-servers.md §2, lighttpd-root.
 */
export function lighttpdCgiRootFix(): ParamsTransform {
  return (params) => {
    const scriptName = params.get('SCRIPT_NAME') ?? '';
    if (scriptName === '' || !params.get('SERVER_SOFTWARE')?.startsWith('lighttpd')) return params;
    const path = scriptName + (params.get('PATH_INFO') ?? '');
    const sent = sentPath(params.get('REQUEST_URI'));
    // Otherwise SCRIPT_NAME is a script that the request was rewritten to.
    if (sent !== '' && !isSamePath(path, sent)) return params;
    return changed(params, { SCRIPT_NAME: '', PATH_INFO: path });
  };
}
