import type { Params } from './params.ts';

const ENCRYPTED = /^(?:on|1|yes|true|https)$/i;
/** What a URL cannot hold as it is: controls, blanks, and bytes above ASCII. */
const NOT_IN_URL = /[^\x21-\x7e]/g;
/** A host and maybe a port (RFC 9110 §7.2), so that nothing else gets into a URL by the Host field. */
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s/\\?#@:[\]]+)(?::\d*)?$/;

/** Whether the browser's connection is encrypted. Cherokee sends HTTPS=off, so being there is not enough. */
export function isEncrypted(params: Params): boolean {
  return ENCRYPTED.test(params.get('HTTPS') ?? '') || params.get('REQUEST_SCHEME') === 'https';
}

/**
 * The absolute URL of a request (RFC 3875 §3.3).
 *
 * @param target path and query as the browser sent them, each character one byte
 * @returns `undefined` where the Host field is none
 */
export function absoluteUrl(params: Params, target: string): string | undefined {
  const host = params.get('HTTP_HOST') || serverHost(params);
  if (!HOST.test(host)) return undefined;
  const path = target.startsWith('/') ? target : `/${target}`;
  const encoded = path.replace(NOT_IN_URL, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `${isEncrypted(params) ? 'https' : 'http'}://${host}${encoded}`;
}

/** HTTP/1.0 requests may have no Host field. */
function serverHost(params: Params): string {
  const name = params.get('SERVER_NAME') || 'localhost';
  const port = params.get('SERVER_PORT');
  const usual = isEncrypted(params) ? '443' : '80';
  return port === undefined || port === '' || port === usual || name.includes(':') ? name : `${name}:${port}`;
}
