import { invalidAddress } from '../errors.ts';

/**
 * Reads the URL below which a web server passes requests on.
 *
 * @throws ConformanceError (`FCGI_CHECK_ADDRESS_INVALID`) where it is not of http, or its path does not end with `/`
 */
export function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw invalidAddress(text);
  const url = new URL(text);
  if (url.protocol !== 'http:' || !url.pathname.endsWith('/')) throw invalidAddress(text);
  return url;
}
