import { FcgiOptionError } from '@fcgi-js/protocol/options';

/** Where an application listens. */
export type FcgiAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Bytes that the path of a Unix socket may have (`sun_path` without its end): 107 on Linux, 103 elsewhere. */
const SOCKET_PATH_LIMIT = process.platform === 'linux' ? 107 : 103;

const EXAMPLES = 'unix:/run/app.sock, /run/app.sock, tcp:127.0.0.1:9000, 127.0.0.1:9000, [::1]:9000, :9000';
const HOST_AND_PORT = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([\w.-]*)):(\d{1,5})$/i;

/**
 * Reads the address of an application: `unix:/path`, an absolute path, or `HOST:PORT` with or without `tcp:`
 * before it. An IPv6 address stands in brackets; no host is the loopback address 127.0.0.1.
 *
 * @param text the address
 * @throws FcgiOptionError where the text is none of these, the port is not 1 to 65,535, or the path is too long for
 *   a socket (107 bytes on Linux; the system would cut it silently)
 */
export function parseAddress(text: string): FcgiAddress {
  if (typeof text !== 'string') throw new FcgiOptionError('An address must be a string.');
  if (text.startsWith('unix:')) return unixAddress(text.slice(5), text);
  if (text.startsWith('/')) return unixAddress(text, text);
  const match = HOST_AND_PORT.exec(text.startsWith('tcp:') ? text.slice(4) : text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new FcgiOptionError(
      `${JSON.stringify(text)} is no address of an application. Valid are: ${EXAMPLES}.`,
    );
  }
  return { kind: 'tcp', host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

/** Writes an address in the way that {@link parseAddress} reads it, for messages and logs. */
export function formatAddress(address: FcgiAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp:${host}:${address.port}`;
}

function unixAddress(path: string, text: string): FcgiAddress {
  if (path === '' || path.includes('\0')) {
    throw new FcgiOptionError(`${JSON.stringify(text)} names no socket. Valid are: ${EXAMPLES}.`);
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > SOCKET_PATH_LIMIT) {
    throw new FcgiOptionError(
      `The path of a Unix socket may have ${SOCKET_PATH_LIMIT} bytes on this system, but this one has ${bytes}.`,
    );
  }
  return { kind: 'unix', path };
}
