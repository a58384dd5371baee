import fc from 'fast-check';

/** A network and an address as text, and whether the one has the other. */
export interface NetworkCase {
  readonly address: string;
  readonly entry: string;
  readonly expected: boolean;
}

/**
 * Networks of both families and addresses at their borders, in all spellings. Whether an address is in a network is decided
 * bit by bit; IPv4-mapped IPv6 addresses are IPv4 (RFC 4291 §2.5.5.2).
 */
export function networkCases(): fc.Arbitrary<NetworkCase> {
  const ipv4 = fc.tuple(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: 32 }));
  const ipv6 = fc.tuple(sixteenBytes(), fc.integer({ min: 0, max: 128 }));
  const form = fc.integer({ min: 0, max: 3 });
  const bit = fc.integer({ min: 0, max: 127 });
  const kind = fc.constantFrom('itself', 'border', 'flipped', 'tail', 'other');
  return fc
    .record({
      network: fc.oneof(ipv4, ipv6),
      other: fc.oneof(ipv4, ipv6),
      bit,
      kind,
      forms: fc.tuple(form, form),
    })
    .map(({ network: [bytes, length], other, bit, kind, forms }) => {
      const near = {
        itself: bytes,
        border: flipped(bytes, length),
        flipped: flipped(bytes, bit),
        tail: bytes.map((byte, index) => (index * 8 < bit ? byte : (byte * 7 + bit) & 0xff)),
        other: other[0],
      }[kind]!;
      const entry = write(bytes, forms[0]);
      const writtenLength = bytes.length === 4 && entry.includes(':') ? length + 96 : length;
      return {
        address: write(near, forms[1]),
        entry: `${entry}/${writtenLength}`,
        expected: agrees(bytes, near, length),
      };
    });
}

/** Many begin with zeros, as IPv4 addresses do in some programs, or are mapped addresses. */
function sixteenBytes(): fc.Arbitrary<Uint8Array> {
  const free = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const zeros = fc
    .tuple(free, fc.integer({ min: 0, max: 16 }))
    .map(([bytes, count]) => Uint8Array.from(bytes).fill(0, 0, count));
  const mapped = free.map((bytes) => Uint8Array.from(bytes).fill(0, 0, 10).fill(0xff, 10, 12));
  return fc.oneof(free, zeros, mapped);
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.every((byte, index) => index > 11 || byte === (index < 10 ? 0 : 0xff));
}

function agrees(network: Uint8Array, address: Uint8Array, length: number): boolean {
  const isIpv4Network = network.length === 4 || (isMapped(network) && length >= 96);
  const isIpv4Address = address.length === 4 || isMapped(address);
  if (isIpv4Network !== isIpv4Address) return false;
  const count = isIpv4Network && network.length === 16 ? length - 96 : length;
  const bitsOf = (bytes: Uint8Array) =>
    [...(isIpv4Network ? bytes.slice(-4) : bytes)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bitsOf(network).slice(0, count) === bitsOf(address).slice(0, count);
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
}

function write(bytes: Uint8Array, form: number): string {
  const quad = [...bytes.slice(-4)].join('.');
  if (bytes.length === 4) return form === 1 ? `::ffff:${quad}` : quad;
  const words = Array.from({ length: 8 }, (_, index) =>
    ((bytes[index * 2]! << 8) | bytes[index * 2 + 1]!).toString(16),
  );
  if (form === 0) return words.join(':').toUpperCase();
  if (form === 1) return words.map((word) => word.padStart(4, '0')).join(':');
  if (form === 2) return `${words.slice(0, 6).join(':')}:${quad}`;
  return words.join(':').replace(/(?:^|:)0(?::0)+(?::|$)/, '::');
}
