import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { FcgiClient } from '@fcgi-js/client';
import { record } from 'test-support';
import { atRest } from 'test-support/at-rest';
import { expect, onTestFinished, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, endRecord, type PeerConnection, startPeer, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

/** Sends pieces for ever, as fast as they are taken; the count says how many bytes were. */
function flood(connection: PeerConnection, piece: Uint8Array): { taken: number } {
  const count = { taken: 0 };
  let stopped = false;
  onTestFinished(() => {
    stopped = true;
  });
  const run = async () => {
    while (!stopped && !connection.isClosed) {
      const hasRoom = connection.socket.write(piece);
      if (!hasRoom) await once(connection.socket, 'drain');
      count.taken += piece.length;
    }
  };
  run().catch(() => {});
  return count;
}

test('an answer that nobody reads stops the application, whatever its size', async () => {
  const counts: Array<{ taken: number }> = [];
  const peer = await startPeer(async (connection) => {
    const { requestId } = await connection.request();
    connection.send(record(Type.stdout, requestId, document('')));
    counts.push(flood(connection, record(Type.stdout, requestId, 'x'.repeat(60_000))));
  });
  const { body } = await clientFor(peer, { limits: { abortTimeout: 10 } }).request({ params: GET });
  // What the sockets hold, and the body's 65,536 bytes with at most one more chunk.
  expect(await atRest(() => counts[0]?.taken ?? 0)).toBeLessThan(2_000_000);
  let read = 0;
  for await (const piece of body) {
    read += (piece as Buffer).length;
    if (read > 5_000_000) break;
  }
  expect(counts[0]!.taken).toBeGreaterThan(4_000_000);
});

test('a flood of one-byte records that nobody reads costs little memory', async () => {
  const counts: Array<{ taken: number }> = [];
  const peer = await startPeer(async (connection) => {
    const { requestId } = await connection.request();
    connection.send(record(Type.stdout, requestId, document('')));
    const one = Buffer.from(record(Type.stdout, requestId, 'x', { padding: 255 }));
    counts.push(flood(connection, Buffer.concat(Array(200).fill(one))));
  });
  const client = clientFor(peer, { limits: { abortTimeout: 10 } });
  const before = process.memoryUsage();
  const bodies = await Promise.all(
    Array.from({ length: 20 }, async () => (await client.request({ params: GET })).body),
  );
  await atRest(() => counts.reduce((sum, { taken }) => sum + taken, 0));
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  // 20 requests with 64 KiB each, and the chunks and objects around them.
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(40_000_000);
  expect(heapUsed - before.heapUsed).toBeLessThan(60_000_000);
  for (const body of bodies) body.destroy();
});

test('a paused answer does not hold up another request', async () => {
  const counts: Array<{ taken: number }> = [];
  const peer = await startPeer(async (connection) => {
    const { params, requestId } = await connection.request();
    if (params.some(([name]) => name === 'SMALL')) {
      connection.send(answer(requestId, document('small')));
      return;
    }
    connection.send(record(Type.stdout, requestId, document('')));
    counts.push(flood(connection, record(Type.stdout, requestId, 'x'.repeat(60_000))));
  });
  const client = clientFor(peer, { limits: { abortTimeout: 10 } });
  const big = await client.request({ params: GET });
  await atRest(() => counts[0]?.taken ?? 0);
  const small = await client.request({ params: { ...GET, SMALL: '1' } });
  await small.ended;
  big.body.destroy();
});

test('a body is pulled from its source no faster than the application takes it', async () => {
  let pulled = 0;
  const stdin = Readable.from(
    (async function* () {
      for (;;) {
        pulled += 60_000;
        yield Buffer.alloc(60_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })(),
  );
  const peer = await startPeer((connection) => void connection.socket.pause());
  const client = clientFor(peer, { limits: { abortTimeout: 10 } });
  const controller = new AbortController();
  const pending = client.request({ params: {}, signal: controller.signal, stdin }).catch((error) => error);
  const before = await atRest(() => pulled);
  expect(before).toBeLessThan(2_000_000);
  (await peer.accept()).socket.resume();
  await expect.poll(() => pulled).toBeGreaterThan(before + 1_000_000);
  controller.abort(new Error('enough'));
  expect(await pending).toMatchObject({ message: 'enough' });
});

test('an application that answers while it takes the body gets and sends all of it', async () => {
  // Echoes every STDIN record at once; both directions are full most of the time.
  const peer = await startPeer(async (connection) => {
    const [begin] = await connection.recordsTo(Type.params);
    const requestId = begin!.requestId;
    connection.send(record(Type.stdout, requestId, document('')));
    for (;;) {
      const { content } = await connection.record();
      if (content.length === 0) break;
      if (!connection.socket.write(record(Type.stdout, requestId, content))) {
        await once(connection.socket, 'drain');
      }
    }
    connection.send(endRecord(requestId));
  });
  const whole = Buffer.alloc(3_000_000, 'the quick brown fox');
  const client = clientFor(peer);
  const { body, ended } = await client.request({ params: { CONTENT_LENGTH: '3000000' }, stdin: whole });
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece as Buffer);
  expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  await ended;
  expect(client.stats().idleConnections).toBe(1);
});

test('an application that answers and closes at once, with a body on its way, is still heard', async () => {
  for (const transport of ['unix', 'tcp'] as const) {
    const peer = await startPeer(async (connection) => {
      const [begin] = await connection.recordsTo(Type.params);
      connection.send(answer(begin!.requestId, 'Status: 413 Too Large\n\nno'));
      // Takes what comes for a moment, as an application has to, then closes.
      setTimeout(() => connection.socket.destroy(), 20);
    }, transport);
    const client = clientFor(peer);
    const response = await client.request({ params: GET, stdin: Readable.from(endless(100_000)) });
    expect(response.status).toBe(413);
    await response.ended;
  }
});

async function* endless(size: number): AsyncGenerator<Buffer> {
  for (;;) {
    yield Buffer.alloc(size);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a connection paused by a full body serves the next request', async () => {
  const peer = await startPeer(async (connection) => {
    for (;;) {
      const { requestId } = await connection.request();
      connection.send(answer(requestId, document('y'.repeat(60_000))));
    }
  });
  const client = clientFor(peer, { limits: { requestBufferBytes: 100 } });
  for (let i = 0; i < 3; i += 1) {
    const { ended } = await client.request({ params: GET });
    await ended;
  }
  expect(peer.connections).toHaveLength(1);
});

/**
 * An application that answers the first bytes of a connection and closes it at once. In a process of its own:
 * there the answer and the end of the connection come while this one writes.
 */
async function startHastyApplication(bodyBytes: number, sendsEnd = true): Promise<FcgiClient> {
  const script = `
    const record = (type, id, content) =>
      Buffer.concat([Buffer.from([1, type, 0, id, content.length >> 8, content.length & 255, 0, 0]), content]);
    require('node:net').createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        const id = bytes[3];
        socket.write(record(6, id, Buffer.from('Status: 413 Too Large\\n\\n')));
        for (let left = ${bodyBytes}; left > 0; left -= 25000) socket.write(record(6, id, Buffer.alloc(25000)));
        socket.end(${sendsEnd} ? record(3, id, Buffer.alloc(8)) : '');
        socket.destroySoon();
      });
    }).listen(process.argv[1], () => console.log('listens'));`;
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-client-'));
  const address = join(folder, 'app.sock');
  const child = spawn(process.execPath, ['-e', script, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await once(child.stdout, 'data');
  const client = new FcgiClient({ address, limits: { requestBufferBytes: 2_000 } });
  onTestFinished(() => client.close({ timeout: 1 }));
  return client;
}

test('an answer is heard from an application that closes at once, before it has taken a body', async () => {
  const client = await startHastyApplication(0);
  const outcomes = new Map<unknown, number>();
  for (let i = 0; i < 100; i += 1) {
    const outcome = await client
      .request({ params: { REQUEST_METHOD: 'POST' }, stdin: Readable.from(endless(1_000)) })
      .then(({ ended, status }) => ended.then(() => status))
      .catch((error: unknown) => error);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect([...outcomes]).toEqual([[413, 100]]);
});

test('all of such an answer is heard, even by a caller that reads it late', async () => {
  const client = await startHastyApplication(100_000);
  for (let i = 0; i < 10; i += 1) {
    const response = await client.request({ params: {}, stdin: Readable.from(endless(1_000)) });
    await sleep(20);
    const whole = await buffer(response.body);
    expect(whole).toHaveLength(100_000);
    await response.ended;
  }
});

test('and where it ends without END_REQUEST, that is told as soon as all was read', async () => {
  const client = await startHastyApplication(100_000, false);
  const response = await client.request({ params: {}, stdin: Readable.from(endless(1_000)) });
  await sleep(20);
  let length = 0;
  const read = async () => {
    for await (const piece of response.body) length += (piece as Buffer).length;
  };
  await expect(read()).rejects.toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
  expect(length).toBe(100_000);
  await expect(response.ended).rejects.toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
});
