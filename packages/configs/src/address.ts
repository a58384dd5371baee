import { ConfigError } from './errors.ts';

/** Where an application listens, as a web server on the same or another machine reaches it. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  /** `host` is a name or an address; one of IPv6 has no brackets. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Longer paths do not fit into `sockaddr_un`. */
const SOCKET_PATH_BYTES = 107;

/**
 * Reads an address in the forms that `server.listen()` of `@fcgi-js/server` takes, as far as others can connect to it.
 *
 * @throws ConfigError if it is none
 */
export function parseAddress(option: string, text: unknown): Address {
  if (typeof text !== 'string') throw new ConfigError(option, 'must be text, as in unix:/run/app.sock');
  if (/^(fd:|systemd|auto$)/.test(text)) {
    throw new ConfigError(option, `${text} is a socket that is passed on, and no address to connect to`);
  }
  if (/^(unix:)?\//.test(text)) return unixAddress(option, text.replace(/^unix:/, ''));
  const match = /^(?:tcp:)?(?:\[([\da-f:.]+)\]|([a-z\d](?:[a-z\d.-]*[a-z\d])?)?):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new ConfigError(option, `${JSON.stringify(text)} is neither unix:/path nor host:port`);
  }
  return { kind: 'tcp', host: match[1] ?? match[2] ?? '127.0.0.1', port };
}

/** Web servers write socket paths into URLs, take `:`, `,`, `|` and `$` in them for syntax, and know no way to quote them. */
function unixAddress(option: string, path: string): Address {
  if (!/^(?:\/[\w.@+=~-]+)+$/.test(path)) {
    throw new ConfigError(
      option,
      'the path of a socket may have letters, digits and ._@+=~- between its slashes, as no web server can quote others',
    );
  }
  if (path.length > SOCKET_PATH_BYTES) {
    throw new ConfigError(
      option,
      `the path of a socket may have ${SOCKET_PATH_BYTES} bytes, this has ${path.length}`,
    );
  }
  return { kind: 'unix', path };
}

/** `host:port`, with brackets around an address of IPv6. */
export function hostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether some applications may be on other hosts. */
export function hasTcp(site: {
  readonly backups: readonly Address[];
  readonly listen: readonly Address[];
}): boolean {
  return [...site.listen, ...site.backups].some(({ kind }) => kind === 'tcp');
}

/** `unix:/path` or `host:port`, as nginx has it. */
export function formatAddress(address: Address): string {
  return address.kind === 'unix' ? `unix:${address.path}` : hostPort(address);
}
