import { changed } from './changed.ts';
import type { ParamsTransform } from './params-transform.ts';
import { decodePath, isBelow, segmentsOf } from './paths.ts';

const PROXY = /^proxy:[^/]*\/\/[^/]*/;

/**
 * Splits the path as `ProxyPass` means it, and takes the address of the application off SCRIPT_FILENAME.
 *
 * Needed by: Apache mod_proxy_fcgi with `ProxyPass`, also to a balancer. Why: it sends all of the path as SCRIPT_NAME,
 * no PATH_INFO, and `proxy:fcgi://127.0.0.1:9000/foo` as SCRIPT_FILENAME. What comes after the address there is the
 * path without the prefix, so that both together tell the prefix. `@fcgi-js/server` sees this by itself; handlers that
 * read the params need it.
 *
 * Source: `init_request_info()` of php-fpm, which undoes the same (fpm_main.c, "apache_was_here"); Apache bug 55329;
 * docs/web-servers.md §2, apache-proxy-sub.
 */
export function apacheProxyFix(): ParamsTransform {
  return (params) => {
    const file = params.get('SCRIPT_FILENAME') ?? '';
    if (!PROXY.test(file)) return params;
    const [path = ''] = file.replace(PROXY, '').split('?');
    return changed(params, {
      SCRIPT_FILENAME: path.replace(/^\/\//, '/'),
      ...(params.get('PATH_INFO') ? {} : split(params.get('SCRIPT_NAME') ?? '', decodePath(path))),
    });
  };
}

/** What two paths have in common at their ends is PATH_INFO. */
function split(scriptName: string, file: string): { SCRIPT_NAME: string; PATH_INFO: string } {
  const names = segmentsOf(scriptName);
  const others = segmentsOf(file);
  let common = 0;
  while (common < Math.min(names.length, others.length) && names.at(-1 - common) === others.at(-1 - common)) {
    common += 1;
  }
  const isUnrelated = common === 0 && others.length > 0;
  const prefix = isUnrelated ? '' : join(names.slice(0, names.length - common));
  const rest = isBelow(scriptName, prefix) ? scriptName.slice(prefix.length) : join(names.slice(-common));
  return { SCRIPT_NAME: prefix, PATH_INFO: rest };
}

function join(names: readonly string[]): string {
  return names.map((name) => `/${name}`).join('');
}
