/** These concern the connection to the HTTP client, or are params of their own. */
const LEFT_OUT = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'http2-settings',
  'keep-alive',
  // CVE-2016-5385 and its kin ("httpoxy"): HTTP_PROXY in an environment sends a program's own requests there.
  'proxy',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Of these the first counts, as in node:http; two of them joined would be neither. */
const SINGLE = new Set([
  'age',
  'authorization',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'max-forwards',
  'referer',
  'user-agent',
]);

/** Names with other characters could be mistaken for one another: `X_User` and `X-User` are both HTTP_X_USER. */
const PLAIN_NAME = /^[a-z0-9-]+$/;

/**
 * The params HTTP_* for the header fields of a request (RFC 3875 §4.1.18). Repeated fields are joined with
 * `, `, cookies with `; `. Left out are fields about the connection, Content-Type and Content-Length, Proxy,
 * and names with characters other than letters, digits and `-`.
 *
 * @param fields names in any case
 * @returns pairs, each name once
 */
export function headerParams(fields: Iterable<readonly [name: string, value: string]>): Map<string, string> {
  const params = new Map<string, string>();
  for (const [given, value] of fields) {
    const name = given.toLowerCase();
    if (LEFT_OUT.has(name) || !PLAIN_NAME.test(name)) continue;
    const param = `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;
    const earlier = params.get(param);
    if (earlier === undefined) params.set(param, value);
    else if (!SINGLE.has(name)) params.set(param, `${earlier}${name === 'cookie' ? '; ' : ', '}${value}`);
  }
  return params;
}
