import { errors } from '../errors.ts';
import { hasAddress, type IpNetwork, parseIpNetwork } from './ip-networks.ts';

/** Who may connect. */
export interface PeerCheck {
  /** Whether a peer may connect; `undefined` stands for a Unix socket. */
  mayConnect(address: string | undefined): boolean;
  /** Whether it is safe to listen on a host. */
  mayListenOn(host: string): boolean;
}

/**
 * Makes the check out of the option `allow` and of FCGI_WEB_SERVER_ADDRS (FastCGI 1.0 §3.2: IPv4 addresses,
 * separated by commas; where it is set, peers that are not in it, and peers on Unix sockets, are turned away).
 *
 * @throws FcgiServerError `FCGI_ADDRESS_INVALID` where either has something that is no address
 */
export function allowedPeers(
  allow: readonly string[] | undefined,
  environment: string | undefined,
): PeerCheck {
  const loopback = networksOf('', ['127.0.0.0/8', '::1']);
  const allowed = allow === undefined ? undefined : networksOf('The option "allow"', allow);
  const addresses = (environment ?? '').split(',').map((address) => address.trim());
  const named = addresses.filter((address) => address !== '');
  const webServers = named.length === 0 ? undefined : networksOf('FCGI_WEB_SERVER_ADDRS', named);
  return {
    mayConnect: (address) => {
      if (address === undefined) return webServers === undefined;
      if (webServers !== undefined && !hasAddress(webServers, address)) return false;
      if (allowed !== undefined) return hasAddress(allowed, address);
      return webServers !== undefined || hasAddress(loopback, address);
    },
    mayListenOn: (host) =>
      host === 'localhost' || hasAddress(loopback, host) || allowed !== undefined || webServers !== undefined,
  };
}

function networksOf(source: string, entries: readonly string[]): IpNetwork[] {
  return entries.map((entry) => {
    const network = parseIpNetwork(entry);
    if (network !== undefined) return network;
    throw errors.FCGI_ADDRESS_INVALID.network(source, entry);
  });
}
