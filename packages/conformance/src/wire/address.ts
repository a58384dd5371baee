import { isIP, type NetConnectOpts } from 'node:net';
import { invalidAddress } from '../errors.ts';

/**
 * Reads where an application listens.
 *
 * @throws ConformanceError (`FCGI_CHECK_ADDRESS_INVALID`)
 */
export function parseAddress(text: string): NetConnectOpts {
  const path = /^(?:unix:)?(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { path };
  const [, bracketed, plain, digits = ''] =
    /^(?:tcp:)?(?:\[([^\]]+)\]|([^:[\]/]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? plain;
  if (host === undefined || port < 1 || port > 65_535) throw invalidAddress(text);
  if (bracketed !== undefined && isIP(bracketed) !== 6) throw invalidAddress(text);
  return { host: host === '' ? '127.0.0.1' : host, port };
}
