import type { Params } from './params.ts';
import { servedPath } from './served-path.ts';
import { decodePath, escapeOf, hasDotSegments, pathBefore, pathOf, rooted, urlPath } from './url-path.ts';

const ENCRYPTED = /^(?:on|1|yes|true|https)$/i;
/**
 * What the path of a URL cannot hold as it is. The URL standard takes `\` for `/` and `#` for the end, drops tabs and
 * line ends, and encodes the rest, not all of it on every version of Node.
 */
const NOT_IN_PATH = /[^\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7c\x7e]/g;
/** Likewise of the query, where `\` is itself. */
const NOT_IN_QUERY = /[^\x21\x24-\x3b\x3d\x3f-\x7e]/g;
/** A name or an address (RFC 3986 §3.2.2) that the URL standard neither decodes nor takes for something else. */
const NAME = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=]+)$/;
/** A host and maybe a port (RFC 9110 §7.2). */
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=]+)(?::\d*)?$/;
const PORT = /^\d+$/;

/** Whether the browser's connection is encrypted. Cherokee sends HTTPS=off, so being there is not enough. */
export function isEncrypted(params: Params): boolean {
  const https = params.get('HTTPS');
  return (https !== undefined && ENCRYPTED.test(https)) || params.get('REQUEST_SCHEME') === 'https';
}

/**
 * The absolute URL of a request (RFC 3875 §3.3), with the path that the web server has decided about.
 *
 * @param target path and query as the browser sent them, each character one byte
 * @param baseUrl the prefix that the application is mounted at
 * @returns `undefined` where the Host field is not valid, or where a URL would have another path
 */
export function absoluteUrl(params: Params, target: string, baseUrl = ''): string | undefined {
  const host = params.get('HTTP_HOST') || serverHost(params);
  if (!HOST.test(host)) return undefined;
  const sent = pathOf(target);
  const path = rooted(sent).replace(NOT_IN_PATH, escapeOf);
  // nginx takes `#` for the end of a path, others for a part of it.
  const isClear = !hasDotSegments(path) || (!sent.includes('#') && isResolved(params, path, baseUrl));
  if (!isClear) return undefined;
  const query = target.slice(sent.length).replace(NOT_IN_QUERY, escapeOf);
  return `${isEncrypted(params) ? 'https' : 'http'}://${host}${path}${query}`;
}

/**
 * Whether the web server has resolved the dot segments of a path itself, with the same result as the URL standard.
 * Otherwise its rules (`location`, ACLs) were applied to another path than the application would see: HAProxy and Caddy
 * leave dot segments as they are, and nginx merges slashes first.
 */
function isResolved(params: Params, path: string, baseUrl: string): boolean {
  const served = servedPath(params, decodePath(baseUrl));
  return (
    served !== undefined && !hasDotSegments(served.path) && pathBefore(served.path, urlPath(path)) === ''
  );
}

/** HTTP/1.0 requests may have no Host field; SERVER_NAME may be empty, or a pattern (nginx). */
function serverHost(params: Params): string {
  const name = bracketed(params.get('SERVER_NAME'));
  const address = bracketed(params.get('SERVER_ADDR'));
  const host = HOST.test(name) ? name : NAME.test(address) ? address : 'localhost';
  const port = params.get('SERVER_PORT') ?? '';
  const isUsual = port === (isEncrypted(params) ? '443' : '80');
  return isUsual || !PORT.test(port) || !NAME.test(host) ? host : `${host}:${port}`;
}

/** An IPv6 address as it stands in a URL. */
function bracketed(address = ''): string {
  return /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:/.test(address) ? `[${address}]` : address;
}
