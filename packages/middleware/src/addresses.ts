/** Whether an address is one of those that were named. */
export type AddressCheck = (address: string) => boolean;

/** 16 bytes; an IPv4 address stands for the IPv6 address that it is mapped to. */
type Bytes = readonly number[];

const IPV4_PREFIX: Bytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/**
 * Makes a check of addresses and networks.
 *
 * @param entries IPv4 or IPv6 addresses, networks in CIDR form, or `unix:` for peers on a Unix socket (nginx)
 * @returns `undefined` where an entry is none of these
 */
export function addressCheck(entries: readonly unknown[]): AddressCheck | undefined {
  const networks = entries.filter((entry) => entry !== 'unix:').map(parseNetwork);
  const known = networks.filter((network) => network !== undefined);
  if (known.length < networks.length) return undefined;
  const unix = entries.length > networks.length;
  return (address) => {
    const bytes = parseAddress(address);
    if (bytes === undefined) return unix && address === 'unix:';
    return known.some((network) => contains(network, bytes));
  };
}

/** The bytes of an address, or `undefined` where it is none. */
export function parseAddress(text: string): Bytes | undefined {
  if (!text.includes(':')) return parseIpv4(text);
  // An IPv4 address at the end of an IPv6 address stands for two groups.
  const [, front = text, tail] = /^(.*:)(\d+\.[\d.]+)$/.exec(text) ?? [];
  const low = tail === undefined ? [] : parseIpv4(tail)?.slice(12);
  const halves = (tail === undefined ? front : front.replace(/([^:]):$/, '$1')).split('::');
  if (low === undefined || halves.length > 2) return undefined;
  const [high, end = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...high!, ...end];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  const zeros = 16 - groups.length * 2 - low.length;
  if (halves.length === 2 ? zeros < 2 : zeros !== 0) return undefined;
  return [...bytesOf(high!), ...new Array<number>(zeros).fill(0), ...bytesOf(end), ...low];
}

interface Network {
  readonly address: Bytes;
  readonly bits: number;
}

function parseNetwork(entry: unknown): Network | undefined {
  if (typeof entry !== 'string') return undefined;
  const [text = '', length, ...others] = entry.split('/');
  const address = parseAddress(text);
  if (address === undefined || others.length > 0) return undefined;
  const offset = text.includes(':') ? 0 : 96;
  const bits = length === undefined ? 128 : offset + Number(length);
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || bits > 128)) return undefined;
  return { address, bits };
}

function contains({ address, bits }: Network, other: Bytes): boolean {
  return address.every((byte, index) => {
    const unused = 8 - Math.min(8, Math.max(0, bits - index * 8));
    return byte >> unused === other[index]! >> unused;
  });
}

function parseIpv4(text: string): Bytes | undefined {
  const parts = text.split('.');
  const isAddress = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return isAddress ? [...IPV4_PREFIX, ...parts.map(Number)] : undefined;
}

function bytesOf(groups: readonly string[]): number[] {
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
