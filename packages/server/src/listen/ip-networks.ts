import { BlockList, isIP, SocketAddress } from 'node:net';

/** An address and, in CIDR form, a prefix length. "10.0.0.1/" must not mean the length 0, which is every address. */
const ENTRY = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/;
/** How {@link SocketAddress} writes an IPv4-mapped IPv6 address. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;
/** Bits of an IPv4-mapped IPv6 address before those of the IPv4 address (RFC 4291 §2.5.5.2). */
const MAPPED_BITS = 96;
const LENGTHS = { ipv4: 32, ipv6: 128 } as const;

interface Ip {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** Whether it was written as an IPv4-mapped IPv6 address, which counts as the IPv4 address. */
  readonly isMapped: boolean;
  /** The interface of a link-local IPv6 address: `eth0` of `fe80::1%eth0`. */
  readonly zone: string | undefined;
}

/** One network of one family. */
export interface IpNetwork extends Pick<Ip, 'family' | 'zone'> {
  /**
   * With this network alone: a BlockList with networks of both families takes an IPv4 address for an IPv6 address that
   * begins with 80 zeros, so `::1/64` in it has every IPv4 address.
   */
  readonly addresses: BlockList;
}

/**
 * Reads an address or a network in CIDR form.
 *
 * @param entry such as `10.0.0.5`, `10.0.0.0/8`, `2001:db8::/32`, `fe80::1%eth0` (that interface only); IPv4-mapped
 *   IPv6 addresses, and networks of 96 bits and more of them, are IPv4
 * @returns `undefined` where it is neither
 */
export function parseIpNetwork(entry: string): IpNetwork | undefined {
  const [, text = '', length] = ENTRY.exec(entry) ?? [];
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  const { address, family, isMapped, zone } = ip;
  const bits = length === undefined ? LENGTHS[family] : Number(length) - (isMapped ? MAPPED_BITS : 0);
  const addresses = new BlockList();
  // Shorter than the prefix of mapped addresses: a network of IPv6.
  if (bits < 0) addresses.addSubnet(text, Number(length), 'ipv6');
  else if (bits > LENGTHS[family]) return undefined;
  else addresses.addSubnet(address, bits, family);
  return { addresses, family: bits < 0 ? 'ipv6' : family, zone };
}

/**
 * Whether one of the networks has an address.
 *
 * @param text as the system tells it, with the zone of a link-local address
 */
export function hasAddress(networks: readonly IpNetwork[], text: string): boolean {
  const ip = parseIp(text);
  if (ip === undefined) return false;
  return networks.some(
    ({ addresses, family, zone }) =>
      family === ip.family &&
      (zone === undefined || zone === ip.zone) &&
      addresses.check(ip.address, ip.family),
  );
}

function parseIp(text: string): Ip | undefined {
  switch (isIP(text)) {
    case 4:
      return { address: text, family: 'ipv4', isMapped: false, zone: undefined };
    case 6: {
      const [, zone] = text.split('%');
      const { address } = new SocketAddress({ address: text, family: 'ipv6' });
      const mapped = MAPPED.exec(address)?.[1];
      if (mapped === undefined) return { address, family: 'ipv6', isMapped: false, zone };
      return { address: mapped, family: 'ipv4', isMapped: true, zone };
    }
    default:
      return undefined;
  }
}
