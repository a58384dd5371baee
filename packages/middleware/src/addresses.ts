/** Whether an address is one of those that were named. */
export type AddressCheck = (address: string) => boolean;

/** 4 bytes of IPv4, or 16 of IPv6. */
type Bytes = readonly number[];

/** Of an address. */
export interface Address {
  /** Those of the IPv4 address where an IPv4-mapped IPv6 address was written (RFC 4291 §2.5.5.2). */
  readonly bytes: Bytes;
  /** The interface of a link-local IPv6 address: `eth0` of `fe80::1%eth0`. */
  readonly zone: string | undefined;
}

interface Network extends Address {
  /** How many bits of its address count. */
  readonly length: number;
}

const MAPPED_PREFIX: Bytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const MAPPED_BITS = 96;

const ZONE = /^[\w.~-]+$/;
/** Without zeros in front, which make a number octal for some programs. */
const DECIMAL = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Makes a check of addresses and networks. A network has addresses of its own family only. Networks of 96 bits and more
 * of IPv4-mapped IPv6 addresses are networks of IPv4.
 *
 * @param entries IPv4 or IPv6 addresses, networks in CIDR form, or `unix:` for peers on a Unix socket (nginx)
 * @returns `undefined` where an entry is none of these
 */
export function addressCheck(entries: readonly unknown[]): AddressCheck | undefined {
  const networks = entries.filter((entry) => entry !== 'unix:').map(parseNetwork);
  const known = networks.filter((network) => network !== undefined);
  if (known.length < networks.length) return undefined;
  const unix = entries.length > networks.length;
  return (text) => {
    const address = parseAddress(text);
    if (address === undefined) return unix && text === 'unix:';
    return known.some((network) => contains(network, address));
  };
}

/** The bytes and the zone of an address, or `undefined` where it is none. */
export function parseAddress(text: string): Address | undefined {
  const mark = text.indexOf('%');
  const [unzoned, zone] = mark === -1 ? [text] : [text.slice(0, mark), text.slice(mark + 1)];
  const isIpv6 = unzoned.includes(':');
  if (zone !== undefined && !(isIpv6 && ZONE.test(zone))) return undefined;
  const bytes = isIpv6 ? parseIpv6(unzoned) : parseIpv4(unzoned);
  return bytes && { bytes: isMapped(bytes) ? bytes.slice(MAPPED_PREFIX.length) : bytes, zone };
}

function parseNetwork(entry: unknown): Network | undefined {
  if (typeof entry !== 'string') return undefined;
  const [text = '', written, ...others] = entry.split('/');
  const address = parseAddress(text);
  if (address === undefined || others.length > 0) return undefined;
  if (written === undefined) return { ...address, length: address.bytes.length * 8 };
  if (!DECIMAL.test(written)) return undefined;
  const isWrittenAsIpv6 = text.includes(':');
  const bits =
    address.bytes.length === 4 && isWrittenAsIpv6 ? Number(written) - MAPPED_BITS : Number(written);
  // Shorter than the prefix of mapped addresses: a network of IPv6.
  if (bits < 0) return { ...address, bytes: [...MAPPED_PREFIX, ...address.bytes], length: Number(written) };
  return bits > address.bytes.length * 8 ? undefined : { ...address, length: bits };
}

function contains({ bytes, length, zone }: Network, other: Address): boolean {
  if (bytes.length !== other.bytes.length || (zone !== undefined && zone !== other.zone)) return false;
  return bytes.every((byte, index) => {
    const unused = 8 - Math.min(8, Math.max(0, length - index * 8));
    return byte >> unused === other.bytes[index]! >> unused;
  });
}

function isMapped(bytes: Bytes): boolean {
  return bytes.length === 16 && MAPPED_PREFIX.every((byte, index) => byte === bytes[index]);
}

function parseIpv4(text: string): Bytes | undefined {
  const parts = text.split('.');
  const isAddress = parts.length === 4 && parts.every((part) => DECIMAL.test(part) && Number(part) < 256);
  return isAddress ? parts.map(Number) : undefined;
}

function parseIpv6(text: string): Bytes | undefined {
  // An IPv4 address at the end of an IPv6 address stands for two groups.
  const [, front = text, tail] = /^(.*:)(\d+\.[\d.]+)$/.exec(text) ?? [];
  const low = tail === undefined ? [] : parseIpv4(tail);
  const halves = (tail === undefined ? front : front.replace(/([^:]):$/, '$1')).split('::');
  if (low === undefined || halves.length > 2) return undefined;
  const [high, end = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...high!, ...end];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  const zeros = 16 - groups.length * 2 - low.length;
  if (halves.length === 2 ? zeros < 2 : zeros !== 0) return undefined;
  return [...bytesOf(high!), ...new Array<number>(zeros).fill(0), ...bytesOf(end), ...low];
}

function bytesOf(groups: readonly string[]): number[] {
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
