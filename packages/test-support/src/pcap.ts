/** A TCP segment to be written into a capture. */
export interface PcapSegment {
  readonly ack?: boolean;
  readonly bytes?: Uint8Array;
  readonly fin?: boolean;
  readonly from: number;
  readonly sequence: number;
  readonly syn?: boolean;
  /** Milliseconds. */
  readonly time: number;
  readonly to: number;
}

/** Bare IPv4 packets, without anything of a network around them. */
const LINKTYPE_RAW = 101;

/** The bytes of a capture, as tcpdump writes it, of segments on the loopback address. */
export function pcap(segments: readonly PcapSegment[]): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262_144, 16);
  head.writeUInt32LE(LINKTYPE_RAW, 20);
  return Buffer.concat([head, ...segments.flatMap(packet)]);
}

function packet({
  ack,
  bytes = new Uint8Array(0),
  fin,
  from,
  sequence,
  syn,
  time,
  to,
}: PcapSegment): Buffer[] {
  const ip = Buffer.alloc(20);
  const tcp = Buffer.alloc(20);
  const length = ip.length + tcp.length + bytes.length;
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(length, 2);
  ip.writeUInt8(64, 8);
  ip.writeUInt8(6, 9);
  for (const at of [12, 16]) ip.writeUInt32BE(0x7f000001, at);
  tcp.writeUInt16BE(from, 0);
  tcp.writeUInt16BE(to, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt8(0x50, 12);
  tcp.writeUInt8((fin ? 1 : 0) | (syn ? 2 : 0) | (ack === false ? 0 : 16), 13);
  tcp.writeUInt16BE(65_535, 14);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Math.floor(time / 1000), 0);
  record.writeUInt32LE((time % 1000) * 1000, 4);
  record.writeUInt32LE(length, 8);
  record.writeUInt32LE(length, 12);
  return [record, ip, tcp, Buffer.from(bytes)];
}
