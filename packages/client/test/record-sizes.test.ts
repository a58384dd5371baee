import { Readable } from 'node:stream';
import { type FcgiInput, type FcgiParams, Role } from '@fcgi-js/client';
import { expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { type RawRecord, startPeer, Type } from './peer.ts';

/** The promise of docs/limits.md: HAProxy before its fix of CVE-2026-55203 loses its place at 65,535 bytes and padding. */
const CONTENT_LIMIT = 65_520;
const WITH_PADDING_LIMIT = 65_535;

/** Around everything that could be a limit: of the first write, of 16 bits, and their multiples. */
const LENGTHS = [16_384, 65_520, 65_535, 65_536, 131_040, 131_070, 1_048_576].flatMap((length) => [
  length - 1,
  length,
  length + 1,
]);

/** All records of a Filter request, the one kind that has all streams. */
async function sent(params: FcgiParams, stdin: FcgiInput, data: FcgiInput): Promise<RawRecord[]> {
  const peer = await startPeer();
  const request = clientFor(peer).request({ data, params, role: Role.Filter, stdin });
  request.catch(() => {});
  return await (await peer.accept()).recordsTo(Type.data);
}

function expectSmallRecords(records: readonly RawRecord[], lengths: Readonly<Record<number, number>>): void {
  const sums = new Map<number, number>();
  for (const { content, padding, type } of records) {
    sums.set(type, (sums.get(type) ?? 0) + content.length);
    expect(content.length).toBeLessThanOrEqual(CONTENT_LIMIT);
    expect(content.length + padding).toBeLessThanOrEqual(WITH_PADDING_LIMIT);
  }
  for (const [type, length] of Object.entries(lengths)) expect(sums.get(Number(type))).toBe(length);
}

test.each<[name: string, make: (length: number) => FcgiInput]>([
  ['bytes', (length) => new Uint8Array(length)],
  ['text', (length) => 'x'.repeat(length)],
  ['a stream of one piece', (length) => Readable.from([new Uint8Array(length)])],
  [
    'a stream of two pieces',
    (length) => Readable.from([new Uint8Array(length - 5_000), new Uint8Array(5_000)]),
  ],
])('no record of STDIN or DATA has more than 65,520 bytes, however long %s is', async (_name, make) => {
  for (const length of LENGTHS) {
    const params = { CONTENT_LENGTH: `${length}`, FCGI_DATA_LENGTH: `${length}` };
    const records = await sent(params, make(length), make(length));
    expectSmallRecords(records, { [Type.stdin]: length, [Type.data]: length });
  }
});

test('no record of PARAMS has more than 65,520 bytes, however long a value is', async () => {
  for (const length of LENGTHS) {
    const records = await sent({ FIRST: 'x'.repeat(60_000), LONG: 'y'.repeat(length) }, '', '');
    // Two pairs, the lengths of each in five bytes.
    expectSmallRecords(records, { [Type.params]: 60_000 + length + 'FIRSTLONG'.length + 2 * 5 });
  }
});
