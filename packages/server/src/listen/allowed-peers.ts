import { BlockList, isIP } from 'node:net';
import { FcgiServerError } from '../errors.ts';

/** An address, and maybe the bits that count; "10.0.0.1/" must not mean 0 of them, which is everybody. */
const ADDRESS = /^([^/]+)(?:\/(\d{1,3}))?$/;

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
  const loopback = listOf('', ['127.0.0.0/8', '::1']);
  const allowed = allow === undefined ? undefined : listOf('The option "allow"', allow);
  const addresses = (environment ?? '').split(',').map((address) => address.trim());
  const named = addresses.filter((address) => address !== '');
  const webServers = named.length === 0 ? undefined : listOf('FCGI_WEB_SERVER_ADDRS', named);
  return {
    mayConnect: (address) => {
      if (address === undefined) return webServers === undefined;
      if (webServers !== undefined && !contains(webServers, address)) return false;
      if (allowed !== undefined) return contains(allowed, address);
      return webServers !== undefined || contains(loopback, address);
    },
    mayListenOn: (host) =>
      host === 'localhost' || contains(loopback, host) || allowed !== undefined || webServers !== undefined,
  };
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  // An IPv4 peer on an IPv6 socket.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return list.check(mapped[1]!, 'ipv4');
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function listOf(source: string, entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [, address = '', prefix] = ADDRESS.exec(entry) ?? [];
    const family = isIP(address);
    const bits = prefix === undefined ? undefined : Number(prefix);
    if (family === 0 || (bits !== undefined && bits > (family === 4 ? 32 : 128))) {
      throw new FcgiServerError(
        'FCGI_ADDRESS_INVALID',
        'server',
        `${source} has "${entry}", which is no IP address or network such as 10.0.0.0/8.`,
      );
    }
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, type);
    else list.addSubnet(address, bits, type);
  }
  return list;
}
