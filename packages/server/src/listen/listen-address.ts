import { isIP } from 'node:net';
import { errors, type FcgiServerError } from '../errors.ts';

/** Where an application listens, see {@link parseListenAddress}. */
export type ListenAddress =
  | { readonly kind: 'auto' }
  | { readonly kind: 'fd'; readonly fd: number }
  | { readonly kind: 'systemd'; readonly name: string | undefined }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

const FORMS =
  'unix:/path, /path, tcp:127.0.0.1:9000, 127.0.0.1:9000, [::1]:9000, :9000 (loopback), fd:0, systemd, systemd:NAME, auto';

/**
 * Reads a listen address.
 *
 * @param text one of `unix:/path` or a path; `tcp:HOST:PORT`, `HOST:PORT`, `[IPV6]:PORT`, `:PORT` (on
 *   127.0.0.1), port 0 for any free one; `fd:N` for an inherited socket; `systemd` or `systemd:NAME` for one
 *   that systemd passes (LISTEN_FDS); `auto` for whatever the process was started with
 * @throws FcgiServerError `FCGI_ADDRESS_INVALID`, with what was wrong and the forms there are
 */
export function parseListenAddress(text: string): ListenAddress {
  // A port alone, or an environment variable that is not set.
  if (typeof text !== 'string') throw invalid(String(text), 'it must be text');
  if (text === 'auto') return { kind: 'auto' };
  if (text === 'systemd') return { kind: 'systemd', name: undefined };
  if (text.startsWith('systemd:')) return { kind: 'systemd', name: rest(text, 'systemd:') };
  if (text.startsWith('fd:')) return { kind: 'fd', fd: parseFd(text) };
  if (text.startsWith('unix:')) return { kind: 'unix', path: rest(text, 'unix:') };
  if (text.startsWith('/') || text.startsWith('./') || text.startsWith('../'))
    return { kind: 'unix', path: text };
  return parseTcp(text);
}

/** An address as text, in the form that {@link parseListenAddress} reads. */
export function formatTcpAddress(host: string, port: number): string {
  return isIP(host) === 6 ? `tcp:[${host}]:${port}` : `tcp:${host}:${port}`;
}

function parseTcp(text: string): ListenAddress {
  const hostAndPort = text.startsWith('tcp:') ? rest(text, 'tcp:') : text;
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(hostAndPort);
  if (match === null) {
    throw invalid(text, 'it is no path and does not end with a port, as in 127.0.0.1:9000');
  }
  const port = Number(match[3]);
  if (port > 65_535) throw invalid(text, `the port ${port} is above 65535`);
  if (match[1] !== undefined && isIP(match[1]) !== 6) throw invalid(text, `${match[1]} is no IPv6 address`);
  const host = match[1] ?? (match[2] === '' ? '127.0.0.1' : match[2]!);
  return { kind: 'tcp', host, port };
}

function parseFd(text: string): number {
  if (!/^fd:\d{1,6}$/.test(text)) throw invalid(text, 'the descriptor must be a number, as in fd:0');
  return Number(text.slice('fd:'.length));
}

function rest(text: string, prefix: string): string {
  const value = text.slice(prefix.length);
  if (value === '') throw invalid(text, `nothing follows "${prefix}"`);
  return value;
}

function invalid(text: string, reason: string): FcgiServerError {
  return errors.FCGI_ADDRESS_INVALID.form(text, reason, FORMS);
}
