import { changed } from './changed.ts';
import type { ParamsTransform } from './params-transform.ts';
import { encodePath, isBelow, isSamePath, prefixOf, sentPath } from './paths.ts';

/**
 * Puts a prefix back that the web server has taken off, and splits the path behind it.
 *
 * Needed by: Caddy with `handle_path` and no `env SCRIPT_NAME`, HAProxy with `http-request replace-path`, nginx with
 * `rewrite … break`, lighttpd with `strip-request-uri`, and any proxy before the web server that takes a prefix off.
 * Why: nothing that they send has the prefix, so links and redirects of the application would lack it.
 * The option `mount` of `@fcgi-js/server` is for the other case: the prefix is there, but no param says where it ends.
 *
 * Source: "Proxy setups" of Flask's documentation (SCRIPT_NAME, X-Forwarded-Prefix); docs/web-servers.md §2,
 * lighttpd-substrip.
 *
 * @param prefix what browsers see before the paths of the application, decoded, such as `/app`
 * @throws TypeError where it is no path
 */
export function scriptNamePrefix(prefix: string): ParamsTransform {
  const mount = prefixOf('scriptNamePrefix()', prefix);
  const encoded = encodePath(mount);
  return (params) => {
    const path = (params.get('SCRIPT_NAME') ?? '').replace(/\/$/, '') + (params.get('PATH_INFO') ?? '');
    const below = isBelow(path, mount) ? path.slice(mount.length) : path;
    const rest = below === '' || below.startsWith('/') ? below : `/${below}`;
    const target = params.get('REQUEST_URI');
    const sent = sentPath(target);
    const lacksPrefix =
      target?.startsWith('/') === true && !isBelow(sent, encoded) && !isSamePath(mount + rest, sent);
    return changed(params, {
      SCRIPT_NAME: mount,
      PATH_INFO: rest,
      REQUEST_URI: lacksPrefix ? encoded + target : target,
    });
  };
}
