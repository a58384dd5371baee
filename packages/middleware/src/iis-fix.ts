import { changed } from './changed.ts';
import type { ParamsTransform } from './params-transform.ts';
import { isBelow } from './paths.ts';

/**
 * Takes apart what IIS puts into one.
 *
 * Needed by: IIS 6 and 7, and later ones unless `allowPathInfoForScriptMappings` is set. Why: PATH_INFO is all of the
 * path, the script included; with a handler for `*` SCRIPT_NAME is all of it as well, and only the end of
 * PATH_TRANSLATED tells where the script ends. REQUEST_URI is missing (IIS 6), or is what the URL Rewrite module has
 * made; UNENCODED_URL is what the browser sent. Headers such as X-Original-URL are not looked at, as browsers can
 * send them too (CVE-2018-14773).
 *
 * Source: `IIS6ScriptNameFix` of Plack; cgi_main.c of PHP, "Hack for IIS that sets incorrect PATH_INFO"; Request.php of
 * Symfony for IIS_WasUrlRewritten. There are no recordings of IIS: this is by its documentation.
 */
export function iisFix(): ParamsTransform {
  return (params) => {
    if (!params.get('SERVER_SOFTWARE')?.startsWith('Microsoft-IIS/')) return params;
    return changed(params, { ...originalTarget(params), ...splitPath(params) });
  };
}

function originalTarget(params: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const sent = params.get('UNENCODED_URL') ?? '';
  const isKnown = (params.get('REQUEST_URI') ?? '') !== '' && params.get('IIS_WasUrlRewritten') !== '1';
  return sent === '' || isKnown ? {} : { REQUEST_URI: sent };
}

function splitPath(params: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const scriptName = params.get('SCRIPT_NAME') ?? '';
  const pathInfo = params.get('PATH_INFO') ?? '';
  // Once is enough: what is left could begin with the same name.
  if (scriptName === '' || params.has('ORIG_PATH_INFO') || !isBelow(pathInfo, scriptName)) return {};
  if (pathInfo !== scriptName) return { PATH_INFO: pathInfo.slice(scriptName.length) };
  const length = commonEnd(pathInfo, params.get('PATH_TRANSLATED') ?? pathInfo);
  return {
    SCRIPT_NAME: pathInfo.slice(0, pathInfo.length - length),
    PATH_INFO: pathInfo.slice(pathInfo.length - length),
  };
}

/** How many characters at the end of a path are whole segments of a file's name as well. */
function commonEnd(path: string, file: string): number {
  const names = path.split('/');
  const others = file.split(/[/\\]+/);
  let length = 0;
  for (let i = 1; i < names.length && names.at(-i) === others.at(-i); i += 1) {
    length += names.at(-i)!.length + 1;
  }
  return length;
}
