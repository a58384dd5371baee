import { type AddressCheck, addressCheck, parseAddress } from './addresses.ts';
import { type Changes, changed } from './changed.ts';
import { optionError } from './errors.ts';
import { forwardedHops, type Hops, xForwardedHops } from './hops.ts';
import type { ParamsTransform } from './params-transform.ts';

/** What {@link forwarded} takes. */
export interface ForwardedOptions {
  /**
   * The header fields that the proxies set: `x-forwarded` is X-Forwarded-For, -Host, -Port and -Proto, `forwarded` the
   * field of RFC 7239. Only one of them, because proxies pass the other one on as browsers send it.
   *
   * @defaultValue `x-forwarded`
   */
  readonly fields?: 'forwarded' | 'x-forwarded' | undefined;
  /**
   * Whose word counts: addresses of proxies, networks in CIDR form, or `unix:` where a proxy reaches nginx over a Unix
   * socket. A proxy that is listed here must set or remove all of the fields itself. A network has addresses of its own
   * family only: `::/0` does not trust proxies with IPv4 addresses. IPv4-mapped IPv6 addresses are IPv4.
   */
  readonly trust: readonly string[];
}

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * Puts the browser's address, scheme and host where the web server has those of a proxy in front of it.
 *
 * Needed by: every web server behind a load balancer, a CDN, or another web server that ends TLS. Why: REMOTE_ADDR is the
 * proxy's, HTTPS is off, and links of the application point to the wrong place. The chain is followed from its near
 * end, as far as each hop is trusted: what a browser has put into it itself is never reached.
 *
 * Source: RFC 7239 §4 and §8.1; `X-Forwarded-For` of MDN ("Selecting an IP address"); docs/web-servers.md §4 (Caddy
 * replaces these fields, all others pass them on as they were sent).
 *
 * @throws TypeError where `trust` is missing or has something else than addresses, or an option is unknown
 */
export function forwarded(options: ForwardedOptions): ParamsTransform {
  const { fields = 'x-forwarded', trust, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw optionError(`forwarded() has no option "${name}".`);
  if (fields !== 'x-forwarded' && fields !== 'forwarded') {
    throw optionError(`forwarded(): "fields" must be 'x-forwarded' or 'forwarded'.`);
  }
  const isTrusted = Array.isArray(trust) ? addressCheck(trust) : undefined;
  if (isTrusted === undefined) {
    throw optionError(`forwarded(): "trust" must be an array of addresses, for example ['10.0.0.0/8'].`);
  }
  const hopsOf = fields === 'forwarded' ? forwardedHops : xForwardedHops;
  return (params) => {
    const address = params.get('REMOTE_ADDR') ?? '';
    return isTrusted(address) ? changed(params, changesBy(hopsOf(params), address, isTrusted)) : params;
  };
}

function changesBy(hops: Hops, address: string, isTrusted: AddressCheck): Changes {
  const { clients } = hops;
  let client = address;
  let trusted = 0;
  while (trusted < clients.length && isTrusted(client)) {
    const next = clients.at(-1 - trusted)!;
    if (parseAddress(next) === undefined) break;
    client = next;
    trusted += 1;
  }
  // Each hop adds to a list, or writes the value anew; only the last of those that are trusted has seen the browser.
  const said = (list: readonly string[]) => list.at(-Math.min(Math.max(trusted, 1), list.length)) ?? '';
  return {
    ...(client === address ? {} : { REMOTE_ADDR: client, REMOTE_HOST: undefined, REMOTE_PORT: undefined }),
    ...originChanges(said(hops.schemes).toLowerCase(), said(hops.hosts), said(hops.ports)),
  };
}

function originChanges(scheme: string, host: string, port: string): Changes {
  const [, name, hostPort] = HOST.exec(host) ?? [];
  const isScheme = scheme === 'http' || scheme === 'https';
  const serverPort = /^\d{1,5}$/.test(port)
    ? port
    : (hostPort ?? (isScheme ? DEFAULT_PORTS[scheme] : undefined));
  return {
    ...(isScheme ? { HTTPS: scheme === 'https' ? 'on' : undefined, REQUEST_SCHEME: scheme } : {}),
    ...(name === undefined ? {} : { HTTP_HOST: host, SERVER_NAME: name }),
    ...(serverPort === undefined ? {} : { SERVER_PORT: serverPort }),
  };
}
