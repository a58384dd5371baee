import { changed } from './changed.ts';
import type { ParamsTransform } from './params-transform.ts';

const RENAMED = ['REDIRECT_HTTP_AUTHORIZATION', 'REDIRECT_REDIRECT_HTTP_AUTHORIZATION'];

/**
 * Brings back the header field Authorization where Apache has renamed it.
 *
 * Needed by: Apache with a rewrite rule in `.htaccess`, mod_fcgid or mod_fastcgi, where
 * `RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]` or `SetEnvIf` passes the field on. Why: every internal
 * redirect puts REDIRECT_ before the names of such variables. Without one of these, `CGIPassAuth On` or
 * `-pass-header Authorization`, Apache does not send it at all. Browsers cannot send these names.
 *
 * Source: "Custom error responses" of Apache's documentation (REDIRECT_ variables); ServerBag.php of Symfony;
 * docs/web-servers.md §4.
 */
export function authorizationFix(): ParamsTransform {
  return (params) => {
    if ((params.get('HTTP_AUTHORIZATION') ?? '') !== '') return params;
    const name = RENAMED.find((renamed) => (params.get(renamed) ?? '') !== '');
    return name === undefined ? params : changed(params, { HTTP_AUTHORIZATION: params.get(name) });
  };
}
