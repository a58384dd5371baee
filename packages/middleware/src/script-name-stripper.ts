import { changed } from './changed.ts';
import type { ParamsTransform } from './params-transform.ts';
import { isScriptInBetween } from './script-in-between.ts';

/**
 * Takes SCRIPT_NAME away where it is a script that is not part of the URL.
 *
 * Needed by: lighttpd with `url.rewrite-once = ("^(/.*)$" => "/app.fcgi$1")`, Apache with a rewrite rule in
 * `.htaccess` (mod_fcgid, mod_fastcgi), Caddy with `rewrite` and `split`, Cherokee with `redir`. Why: they send the
 * script as SCRIPT_NAME, so that links would show it. `@fcgi-js/server` sees this by itself as long as REQUEST_URI
 * comes; handlers that read the params need it.
 *
 * Source: "Configuring lighttpd" on the FastCGI page of Flask's documentation, which calls it ScriptNameStripper;
 * docs/web-servers.md §2, lighttpd-rewrite and apache-fcgid-htaccess.
 */
export function scriptNameStripper(): ParamsTransform {
  return (params) => (isScriptInBetween(params) ? changed(params, { SCRIPT_NAME: '' }) : params);
}
