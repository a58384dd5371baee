import { inspectConnection, type ReadRecordingOptions, readRecording, typeName } from '@fcgi-js/inspector';
import { join, pairs, pcap, record } from 'test-support';
import { expect, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';

const request = join(
  record(1, 1, [0, 1, 0, 0, 0, 0, 0, 0]),
  record(4, 1, pairs([['REQUEST_URI', '/a']])),
  record(4, 1),
  record(5, 1),
);
const response = join(
  record(6, 1, 'Status: 200 OK\r\n\r\n'),
  record(6, 1),
  record(3, 1, [0, 0, 0, 0, 0, 0, 0, 0]),
);

const TYPES_OF_REQUEST = ['> BEGIN_REQUEST', '> PARAMS', '> PARAMS', '> STDIN'];
const TYPES_OF_RESPONSE = ['< STDOUT', '< STDOUT', '< END_REQUEST'];

/** Cuts bytes into pieces of one length. */
function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length);
}

/** All that is in a recording: the records of each connection, findings, and what is said besides. */
async function read(bytes: Iterable<Uint8Array>, options?: ReadRecordingOptions) {
  const recording = await readRecording(bytes, options);
  const connections: Array<{ name: string | undefined; records: string[]; findings: string[] }> = [];
  for await (const connection of recording.connections) {
    const records: string[] = [];
    const findings: string[] = [];
    for await (const observation of inspectConnection(connection)) {
      const { direction, scanned } = observation;
      const sign = direction === 'to-application' ? '>' : '<';
      if (scanned?.kind === 'record') records.push(`${sign} ${typeName(scanned.type)}`);
      findings.push(...observation.findings.map(({ message }) => message));
    }
    connections.push({ name: connection.name, records, findings });
  }
  return { connections, leftOut: recording.leftOut, notes: recording.notes };
}

const only = (records: string[]) => ({
  connections: [{ name: undefined, records, findings: [] }],
  leftOut: 0,
  notes: [],
});

test.each([1, 7, 1_000])('bytes of either direction are read, in pieces of %i', async (length) => {
  expect(await read(pieces(request, length))).toEqual(only(TYPES_OF_REQUEST));
  expect(await read(pieces(response, length))).toEqual(only(TYPES_OF_RESPONSE));
});

test('hexadecimal digits are read; that the end of a record is missing is a finding', async () => {
  const hex = Buffer.from(request).toString('hex');
  expect(await read([Buffer.from(hex)])).toEqual(only(TYPES_OF_REQUEST));
  const { connections } = await read([Buffer.from(hex.slice(0, -4))]);
  expect(connections[0]?.findings).toContain('The stream ends after 6 of 8 bytes of a header.');
});

const tapLine = (entry: object) => `${JSON.stringify({ connection: 1, time: 1, ...entry })}\n`;
const TAP_HEAD = '{"format":"fcgi-tap","version":1}\n';

test('a file of fcgi tap is read, each connection with the times of its bytes', async () => {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const text =
    TAP_HEAD +
    tapLine({ direction: 'to-application', bytes: base64(request) }) +
    tapLine({ direction: 'from-application', bytes: base64(response), time: 2 }) +
    tapLine({ direction: 'to-application', bytes: base64(request), connection: 2 });
  const { connections } = await read([Buffer.from(text)]);
  expect(connections).toMatchObject([
    { name: 'connection 1', records: [...TYPES_OF_REQUEST, ...TYPES_OF_RESPONSE], findings: [] },
    {
      name: 'connection 2',
      records: TYPES_OF_REQUEST,
      findings: ['Request 1: the connection ended without END_REQUEST.'],
    },
  ]);
  const { connections: again } = await readRecording([Buffer.from(text)]);
  const times = new Set<number | undefined>();
  for await (const connection of again) {
    for await (const { time } of inspectConnection(connection)) times.add(time);
  }
  expect([...times]).toEqual([1, 2]);
});

test.each([
  ['FCGI_RECORDING_EMPTY', ''],
  ['FCGI_RECORDING_DAMAGED', '01 01 00\n01 xx'],
  ['FCGI_RECORDING_DAMAGED', `${TAP_HEAD}{"connection":`],
  ['FCGI_RECORDING_VERSION', '{"format":"fcgi-tap","version":2}\n'],
])('a recording that cannot be read is told by its code: %s', async (code, text) => {
  await expect(readRecording([Buffer.from(text)])).rejects.toMatchObject({ name: 'RecordingError', code });
});

const reason = skipReason('tshark');

test.skipIf(reason !== undefined)(
  'of a capture the connections that speak FastCGI are read, and others are counted',
  async () => {
    const connection = (to: number, bytes: Uint8Array) => [
      { from: 50_000 + to, to, sequence: 10, time: 1, syn: true, ack: false },
      { from: to, to: 50_000 + to, sequence: 20, time: 1, syn: true },
      { from: 50_000 + to, to, sequence: 11, time: 2, bytes },
    ];
    const capture = pcap([...connection(9_000, request), ...connection(80, Buffer.from('GET / HTTP/1.1'))]);
    const { connections, leftOut, notes } = await read([capture]);
    expect(connections).toMatchObject([{ records: TYPES_OF_REQUEST }]);
    expect(leftOut).toBe(1);
    expect(notes).toEqual([]);
    const missing = read([capture], { tcpStream: 7 });
    await expect(missing).rejects.toMatchObject({ code: 'FCGI_TCP_STREAM_MISSING' });
  },
);
