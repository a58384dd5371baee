import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureUnreadable, noTcpStream, tsharkMissing } from '../errors.ts';
import { linesOf } from './collect.ts';
import type { Recording } from './recording.ts';
import { type Segment, TcpStream } from './tcp-stream.ts';

/** The first four bytes of pcap, in both byte orders and with both resolutions, and of pcapng. */
const MAGIC = new Set(['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a']);

/** What tshark is asked for, in the order of {@link parseSegment}. */
const FIELDS = [
  'tcp.stream',
  'frame.time_epoch',
  'ip.src',
  'ipv6.src',
  'tcp.srcport',
  'ip.dst',
  'ipv6.dst',
  'tcp.dstport',
  'tcp.seq',
  'tcp.len',
  'tcp.flags.syn',
  'tcp.flags.ack',
  'tcp.flags.fin',
  'tcp.payload',
];

/** Whether bytes are the beginning of a capture. */
export function isCapture(start: Uint8Array): boolean {
  return MAGIC.has(Buffer.from(start.subarray(0, 4)).toString('hex'));
}

/**
 * Reads a capture with tshark, and puts the TCP connections in it together again.
 *
 * @param wanted the number of the only TCP stream that is wanted; else those that look like FastCGI
 * @throws RecordingError where tshark is missing, or cannot read it
 */
export async function readCapture(
  pieces: AsyncIterable<Uint8Array>,
  wanted: number | undefined,
): Promise<Recording> {
  const streams = await withFile(pieces, (file) => readStreams(file, wanted));
  if (wanted !== undefined && streams.size === 0) throw noTcpStream(wanted);
  const all = [...streams].filter(([, stream]) => stream.hasBytes);
  const chosen = all.filter(([, stream]) => wanted !== undefined || stream.looksLikeFastCgi);
  if (chosen.length === 0) throw noTcpStream(undefined);
  return {
    connections: chosen.map(([number, stream]) => ({
      chunks: stream.chunks(),
      name: `TCP stream ${number}, ${stream.name}`,
      seen: stream.seen,
    })),
    leftOut: all.length - chosen.length,
    notes: chosen.flatMap(([number, stream]) => stream.notes.map((note) => `TCP stream ${number}: ${note}`)),
  };
}

async function readStreams(file: string, wanted: number | undefined): Promise<Map<number, TcpStream>> {
  const streams = new Map<number, TcpStream>();
  for await (const line of runTshark(file)) {
    const segment = parseSegment(line);
    if (segment === undefined || (wanted !== undefined && segment.stream !== wanted)) continue;
    const stream = streams.get(segment.stream) ?? new TcpStream();
    streams.set(segment.stream, stream);
    stream.add(segment);
  }
  return streams;
}

async function* runTshark(file: string): AsyncGenerator<string> {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const format = ['-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=f'];
  const tshark = spawn('tshark', ['-n', '-r', file, '-Y', 'tcp', ...format, ...fields], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  tshark.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(tshark, 'close') as Promise<[code: number | null]>;
  ended.catch(() => {});
  try {
    yield* linesOf(tshark.stdout);
    const [code] = await ended;
    if (code !== 0) throw captureUnreadable(said.trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw tsharkMissing();
  } finally {
    tshark.kill();
  }
}

/** Puts the capture into a file while it is used: tshark reads no sockets, which is what Node's pipes are. */
async function withFile<T>(pieces: AsyncIterable<Uint8Array>, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-capture-'));
  try {
    const file = join(folder, 'capture');
    await writeFile(file, pieces, { mode: 0o600 });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function parseSegment(line: string): Segment | undefined {
  const [stream = '', time, ip4, ip6, port, ip4To, ip6To, portTo, seq, length, syn, ack, fin, payload = ''] =
    line.split('\t');
  if (stream === '') return undefined;
  const isSet = (flag: string | undefined) => flag === '1' || flag === 'True';
  return {
    bytes: Buffer.from(payload.replaceAll(':', ''), 'hex'),
    destination: endpoint(ip4To, ip6To, portTo),
    isFirst: isSet(syn),
    isLast: isSet(fin),
    isOpening: isSet(syn) && !isSet(ack),
    length: Number(length),
    sequence: Number(seq),
    source: endpoint(ip4, ip6, port),
    stream: Number(stream),
    time: Number(time) * 1000,
  };
}

function endpoint(ip4: string | undefined, ip6: string | undefined, port: string | undefined): string {
  return ip4 === undefined || ip4 === '' ? `[${ip6}]:${port}` : `${ip4}:${port}`;
}
