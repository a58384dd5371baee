import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientLimits, FcgiClientError } from '@fcgi-js/client';
import { type Bytes, join, record } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, endRecord, type PeerConnection, startPeer, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };
const NEVER = Number.POSITIVE_INFINITY;

/** Only the time-out of a test can end its request: nothing else of the client would, for as long as the test runs. */
const LIMITS = {
  abortTimeout: 20,
  firstByteTimeout: NEVER,
  stallTimeout: NEVER,
  stderrTotalBytes: NEVER,
  requestTimeout: NEVER,
} satisfies ClientLimits;

/** Goes on sending until the client has closed the connection. */
async function sendForEver(connection: PeerConnection, pieces: () => Iterable<Bytes>): Promise<void> {
  while (!connection.isClosed) {
    for (const piece of pieces()) {
      if (connection.isClosed) return;
      connection.send(piece);
      await sleep(5);
    }
  }
}

const bytesOf = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte));

/** What an application can send for ever without saying anything, for a request with this id. */
const CHATTER: ReadonlyArray<[name: string, pieces: (requestId: number) => Iterable<Bytes>]> = [
  ['a byte of STDERR at a time', (id) => [record(Type.stderr, id, 'x')]],
  ['a long record of STDERR, byte by byte', (id) => bytesOf(record(Type.stderr, id, 'x'.repeat(60_000)))],
  ['STDERR with more padding than content', (id) => [record(Type.stderr, id, 'x', { padding: 255 })]],
  ['padding, byte by byte', (id) => bytesOf(record(Type.stderr, id, 'x', { padding: 255 }))],
  ['the zero bytes of Cherokee', () => [new Uint8Array(8)]],
  ['zero bytes one at a time', () => [Uint8Array.of(0)]],
];

describe('firstByteTimeout is not renewed', () => {
  test.each(CHATTER)('by %s', async (_name, pieces) => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      await sendForEver(connection, () => pieces(requestId));
    });
    const client = clientFor(peer, { limits: { ...LIMITS, firstByteTimeout: 100 } });
    await expect(client.request({ params: GET })).rejects.toMatchObject({ code: 'FCGI_FIRST_BYTE_TIMEOUT' });
    await expect.poll(() => client.stats().connections).toBe(0);
  });

  test('by the end of a STDOUT with nothing in it', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId));
      await sendForEver(connection, () => [record(Type.stderr, requestId, 'x')]);
    });
    const client = clientFor(peer, { limits: { ...LIMITS, firstByteTimeout: 100 } });
    await expect(client.request({ params: GET })).rejects.toMatchObject({ code: 'FCGI_FIRST_BYTE_TIMEOUT' });
  });

  test('by what comes for an aborted request on the same connection', async () => {
    const peer = await startPeer(async (connection) => {
      const first = await connection.request();
      await connection.recordsTo(Type.abort);
      connection.send(endRecord(first.requestId));
      await connection.request();
      const late = [record(Type.stdout, first.requestId, 'late'), record(Type.stdout, first.requestId)];
      await sendForEver(connection, () => late);
    });
    const client = clientFor(peer, { limits: { ...LIMITS, connections: 1 } });
    const limits = { firstByteTimeout: 100 };
    for (let i = 0; i < 2; i += 1) {
      const pending = client.request({ params: GET, limits });
      await expect(pending).rejects.toMatchObject({ code: 'FCGI_FIRST_BYTE_TIMEOUT' });
    }
    expect(peer.connections).toHaveLength(1);
  });

  test('by the answer to a neighbour, although its slow reader stops and starts the connection', async () => {
    const peer = await startPeer(async (connection) => {
      const [first] = [await connection.request(), await connection.request()];
      connection.send(record(Type.stdout, first.requestId, document('')));
      await sendForEver(connection, () => [record(Type.stdout, first.requestId, 'x'.repeat(2_000))]);
    });
    const client = clientFor(peer, {
      limits: { ...LIMITS, requestBufferBytes: 1_000, connections: 1, connectionBufferBytes: 1_000 },
      multiplex: true,
    });
    const reading = client.request({ params: GET }).then(async ({ body }) => {
      for await (const chunk of body) await sleep(chunk.length > 0 ? 20 : 0);
    });
    const pending = client.request({ params: GET, limits: { firstByteTimeout: 40 } });
    await expect(pending).rejects.toMatchObject({ code: 'FCGI_FIRST_BYTE_TIMEOUT' });
    await client.close({ timeout: 1 });
    await expect(reading).rejects.toMatchObject({ code: 'FCGI_CLIENT_CUT_OFF' });
  });

  test('and is by each byte of STDOUT, also of a record that never becomes whole', async () => {
    const head = document('');
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      for (const byte of record(Type.stdout, requestId, head)) {
        connection.send([byte]);
        await sleep(5);
      }
      connection.send(endRecord(requestId));
    });
    const limits = { ...LIMITS, firstByteTimeout: 200, stallTimeout: 200 };
    // All of it takes longer than the time-outs.
    expect(head.length * 5).toBeGreaterThan(200);
    expect((await clientFor(peer, { limits }).request({ params: GET })).status).toBe(200);
  });
});

describe('stallTimeout is not renewed', () => {
  test.each(CHATTER)('in the middle of a body by %s', async (_name, pieces) => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('begun')));
      await sendForEver(connection, () => pieces(requestId));
    });
    const client = clientFor(peer, { limits: { ...LIMITS, stallTimeout: 100 } });
    const { body } = await client.request({ params: GET });
    await expect(text(body)).rejects.toMatchObject({ code: 'FCGI_STALL_TIMEOUT' });
    await expect.poll(() => client.stats().connections).toBe(0);
  });

  test.each(CHATTER)('after a whole body by %s', async (_name, pieces) => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('whole')), record(Type.stdout, requestId));
      await sendForEver(connection, () => pieces(requestId));
    });
    const client = clientFor(peer, { limits: { ...LIMITS, stallTimeout: 100 } });
    const { body, ended } = await client.request({ params: GET });
    expect(await text(body)).toBe('whole');
    await expect(ended).rejects.toMatchObject({ code: 'FCGI_STALL_TIMEOUT' });
    await expect.poll(() => client.stats().connections).toBe(0);
  });
});

describe('an application that goes on for ever', () => {
  test('does not hold the answer to GET_VALUES, nor a request that needs it', async () => {
    for (const pieces of [[new Uint8Array(8)], bytesOf(record(Type.getValuesResult, 0, 'x'.repeat(9_999)))]) {
      const peer = await startPeer(async (connection) => {
        const first = await connection.record();
        if (first.type !== Type.getValues) {
          connection.send(answer(first.requestId, document('served')));
          return;
        }
        await sendForEver(connection, () => pieces);
      });
      const limits = { ...LIMITS, valuesTimeout: 60 };
      const client = clientFor(peer, { limits: { ...limits, firstByteTimeout: 60 }, multiplex: 'auto' });
      await expect(client.getValues()).rejects.toMatchObject({ code: 'FCGI_FIRST_BYTE_TIMEOUT' });
      expect(await text((await client.request({ params: GET })).body)).toBe('served');
    }
  });

  test('does not keep an idle connection open', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(answer(requestId, document('served')));
      await sendForEver(connection, () => [new Uint8Array(8)]);
    });
    const client = clientFor(peer, { limits: { idleTimeout: 60 } });
    expect(await text((await client.request({ params: GET })).body)).toBe('served');
    await (await peer.accept()).closed;
    expect(client.stats().connections).toBe(0);
  });

  test('does not hold a connection after ABORT_REQUEST', async () => {
    for (const type of [Type.stdout, Type.stderr]) {
      const peer = await startPeer(async (connection) => {
        const { requestId } = await connection.request();
        await sendForEver(connection, () => [record(type, requestId, 'x')]);
      });
      const client = clientFor(peer, { limits: { ...LIMITS, abortTimeout: 60 } });
      const controller = new AbortController();
      const pending = client.request({ params: GET, signal: controller.signal });
      await (await peer.accept()).recordsTo(Type.stdin);
      controller.abort(new Error('enough'));
      await expect(pending).rejects.toThrow();
      await expect.poll(() => client.stats().connections).toBe(0);
    }
  });
});

describe('stderrTotalBytes', () => {
  /** Sends so much of STDERR in several records, then an answer. */
  async function logging(bytes: number, limits: ClientLimits) {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      const pieces = [bytes - 3, 2, 1].map((length) => record(Type.stderr, requestId, 'x'.repeat(length)));
      connection.send(join(...pieces, answer(requestId, document('served'))));
    });
    const client = clientFor(peer, { limits });
    onTestFinished(() => client.close({ timeout: 1 }));
    return client.request({ params: GET }).then(
      async ({ body, ended }) => ({ body: await text(body), end: await ended }),
      (error: FcgiClientError) => error,
    );
  }

  test('of STDERR are taken, of which stderrBytes are kept', async () => {
    const limits = { stderrBytes: 10, stderrTotalBytes: 1_000 };
    expect(await logging(1_000, limits)).toMatchObject({
      body: 'served',
      end: { stderr: 'x'.repeat(10), stderrDropped: 990 },
    });
  });

  test('and one more fail the request, with what was kept', async () => {
    const limits = { stderrBytes: 10, stderrTotalBytes: 1_000 };
    expect(await logging(1_001, limits)).toMatchObject({
      code: 'FCGI_STDERR_TOO_LARGE',
      scope: 'request',
      side: 'application',
      stderr: 'x'.repeat(10),
    });
  });

  test('are 16 MiB by default', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      const piece = record(Type.stderr, requestId, 'x'.repeat(65_528));
      // More than the limit; what the client does not take is lost with the connection.
      for (let i = 0; i < 300; i += 1) connection.send(piece);
    });
    const failure = await clientFor(peer, { limits: { abortTimeout: 20 } })
      .request({ params: GET })
      .catch((error: Error) => error);
    expect(failure).toMatchObject({
      code: 'FCGI_STDERR_TOO_LARGE',
      message: expect.stringContaining('may have 16777216 bytes'),
    });
  });
});
