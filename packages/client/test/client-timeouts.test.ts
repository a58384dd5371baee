import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { FcgiTimeoutError } from '@fcgi-js/client';
import { record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, endRecord, startPeer, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

describe('firstByteTimeout', () => {
  test('ends a request that is not answered, and tells the application', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { limits: { firstByteTimeout: 40 } });
    const error = await client.request({ params: GET }).catch((reason) => reason);
    expect(error).toBeInstanceOf(FcgiTimeoutError);
    expect(error).toMatchObject({
      code: 'FCGI_FIRST_BYTE_TIMEOUT',
      timeout: 40,
      phase: 'firstByte',
      side: 'application',
    });
    await (await peer.accept()).recordsTo(Type.abort);
  });

  test('can be set for one request', async () => {
    const peer = await startPeer();
    const pending = clientFor(peer).request({ params: GET, limits: { firstByteTimeout: 30 } });
    await expect(pending).rejects.toMatchObject({ timeout: 30 });
  });

  test('does not run while stdin waits for the caller, and does once it has ended', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { limits: { firstByteTimeout: 60 } });
    const stdin = new Readable({ read() {} });
    let error: unknown;
    const pending = client.request({ params: GET, stdin }).catch((reason) => {
      error = reason;
    });
    await sleep(150);
    expect(error).toBeUndefined();
    stdin.push(null);
    await pending;
    expect(error).toMatchObject({ code: 'FCGI_FIRST_BYTE_TIMEOUT' });
  });

  test('ends a request whose body the application does not take', async () => {
    const peer = await startPeer((connection) => void connection.socket.pause());
    const client = clientFor(peer, { limits: { firstByteTimeout: 60, abortTimeout: 20 } });
    await expect(client.request({ params: {}, stdin: Buffer.alloc(8_000_000) })).rejects.toMatchObject({
      code: 'FCGI_FIRST_BYTE_TIMEOUT',
    });
    await expect.poll(() => client.stats().connections).toBe(0);
  });

  test('begins again with every piece of stdin that the application takes', async () => {
    const peer = await startPeer(async (connection) => {
      const { socket } = connection;
      // Takes as much at a time as the buffers hold, with pauses that are shorter than the time-out.
      socket.on('data', () => {
        socket.pause();
        setTimeout(() => socket.resume(), 5);
      });
      const { requestId } = await connection.request();
      connection.send(answer(requestId, document('taken')));
    });
    const client = clientFor(peer, { limits: { firstByteTimeout: 500 } });
    const begun = performance.now();
    const stdin = Buffer.alloc(16_000_000);
    const { body } = await client.request({ params: { CONTENT_LENGTH: `${stdin.length}` }, stdin });
    expect(await text(body)).toBe('taken');
    expect(performance.now() - begun).toBeGreaterThan(500);
  });
});

describe('stallTimeout', () => {
  test('ends an answer that stops, in its head or in its body', async () => {
    for (const begun of ['Status: 200', document('half')]) {
      const peer = await startPeer(async (connection) => {
        const { requestId } = await connection.request();
        connection.send(record(Type.stdout, requestId, begun), record(Type.stderr, requestId, 'stuck'));
      });
      const client = clientFor(peer, { limits: { stallTimeout: 40 } });
      const error = await client
        .request({ params: GET })
        .then(({ body }) => text(body))
        .catch((reason) => reason);
      expect(error).toMatchObject({ code: 'FCGI_STALL_TIMEOUT', phase: 'stall', stderr: 'stuck' });
    }
  });

  test('is not reached by an answer that comes slowly, byte by byte', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      const bytes = answer(requestId, document('slow'));
      for (const byte of bytes) {
        connection.send([byte]);
        await sleep(5);
      }
    });
    const client = clientFor(peer, { limits: { stallTimeout: 250 } });
    const begun = performance.now();
    expect(await text((await client.request({ params: GET })).body)).toBe('slow');
    expect(performance.now() - begun).toBeGreaterThan(250);
  });

  test('does not run while the caller does not read', async () => {
    const whole = document('x'.repeat(500_000));
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      for (let from = 0; from < whole.length; from += 50_000) {
        connection.send(record(Type.stdout, requestId, whole.slice(from, from + 50_000)));
      }
      connection.send(endRecord(requestId));
    });
    const client = clientFor(peer, { limits: { stallTimeout: 300, requestBufferBytes: 10_000 } });
    const { body, ended } = await client.request({ params: GET });
    await sleep(600);
    expect((await text(body)).length).toBe(500_000);
    await ended;
  });
});

describe('requestTimeout', () => {
  test('ends a request however busy it is', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('')));
      while (!connection.isClosed) {
        connection.send(record(Type.stdout, requestId, 'more '));
        await sleep(3);
      }
    });
    const client = clientFor(peer, { limits: { requestTimeout: 400, abortTimeout: 10 } });
    const { body, ended } = await client.request({ params: GET });
    await expect(text(body)).rejects.toMatchObject({ code: 'FCGI_TOTAL_TIMEOUT', phase: 'total' });
    await expect(ended).rejects.toMatchObject({ timeout: 400 });
  });

  test('includes the wait for a connection', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { limits: { connections: 1, requestTimeout: 50 } });
    client.request({ params: GET, limits: { requestTimeout: 10_000 } }).catch(() => {});
    await peer.accept();
    await expect(client.request({ params: GET })).rejects.toMatchObject({ code: 'FCGI_TOTAL_TIMEOUT' });
  });
});

test('Infinity takes a time-out off', async () => {
  const peer = await startPeer(async (connection) => {
    const { requestId } = await connection.request();
    await sleep(30);
    connection.send(answer(requestId, document('late')));
  });
  const none = Number.POSITIVE_INFINITY;
  const client = clientFor(peer, {
    limits: {
      connectTimeout: none,
      firstByteTimeout: none,
      idleTimeout: none,
      stallTimeout: none,
      requestTimeout: none,
    },
  });
  expect(await text((await client.request({ params: GET })).body)).toBe('late');
  expect(client.stats().idleConnections).toBe(1);
});
