import { text } from 'node:stream/consumers';
import { FcgiClient, FcgiClientError, RemoteProtocolError } from '@fcgi-js/client';
import fc from 'fast-check';
import { type Bytes, join, record } from 'test-support';
import { expect, test } from 'vitest';
import { answer, document, endRecord, type PeerConnection, startPeer } from './peer.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const id = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constantFrom(0, 2, 65_535) },
);
const content: fc.Arbitrary<Bytes> = fc.oneof(
  bytes,
  fc.constantFrom(
    '',
    document('body'),
    'Status: 200 OK\r\n',
    '\r\n',
    'A: b\n',
    '\n\n',
    'Location: /x\n\n',
    'Status: x\n\n',
  ),
);
const piece: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(answer(1, document('body'))) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(6, 7), id, content, fc.nat({ max: 255 }))
      .map(([type, requestId, all, padding]) => record(type, requestId, all, { padding })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(id, fc.nat({ max: 4 })).map(([requestId, status]) => endRecord(requestId, 0, status)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat({ max: 255 }), id, content)
      .map(([type, requestId, all]) => record(type, requestId, all)),
  },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constant(record(6, 1, 'short', { contentLength: 65_535, padding: 255 })) },
  { weight: 1, arbitrary: fc.constant(record(6, 1, 'x', { version: 2 })) },
);

/** How a request ended, of everything that it may end with. */
async function outcome(client: FcgiClient): Promise<string> {
  const check = (error: unknown) => {
    if (error instanceof FcgiClientError || error instanceof RemoteProtocolError) return error.code;
    throw error;
  };
  try {
    const { body, ended } = await client.request({ params: { REQUEST_METHOD: 'POST' } });
    const read = await text(body).then(() => 'whole', check);
    return `${read} ${await ended.then(() => 'ended', check)}`;
  } catch (error) {
    return check(error);
  }
}

test('whatever an application sends, and however it is cut, ends in an answer or a typed error', async () => {
  let script: Array<Uint8Array> = [];
  const serve = async (connection: PeerConnection) => {
    connection.socket.setNoDelay();
    await connection.request();
    for (const chunk of script) {
      connection.send(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    connection.socket.end();
  };
  const peer = await startPeer(serve);
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.nat({ max: 400 }), { maxLength: 4 }),
      async (pieces, cuts) => {
        const all = join(...pieces);
        const bounds = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length];
        script = bounds.slice(1).map((end, index) => all.subarray(bounds[index], end));
        // A client for each run: its ids begin at 1, and nothing is left from the run before.
        const client = new FcgiClient({
          address: peer.address,
          limits: { firstByteTimeout: 2_000, stallTimeout: 2_000, abortTimeout: 50 },
        });
        const end = await outcome(client);
        // The script ends with its connection, so nothing is left to wait for.
        expect(end).not.toContain('TIMEOUT');
        seen.add(end);
        await client.close({ timeout: 100 });
        expect(client.stats().connections).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
  // The pieces are chosen well enough to reach good and bad ends.
  expect(seen).toContain('whole ended');
  expect(seen.size).toBeGreaterThan(8);
});
