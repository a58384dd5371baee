import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, endRecord, type PeerConnection, startPeer, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

/** Takes one request, and then ABORT_REQUEST for it. */
async function aborted(connection: PeerConnection): Promise<number> {
  const { requestId } = await connection.request();
  const records = await connection.recordsTo(Type.abort);
  expect(records).toMatchObject([{ requestId, padding: 0 }]);
  return requestId;
}

describe('an AbortSignal', () => {
  test('that has aborted already sends nothing', async () => {
    const peer = await startPeer();
    const client = clientFor(peer);
    await expect(client.request({ params: GET, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    );
    expect(peer.connections).toHaveLength(0);
  });

  test('sends ABORT_REQUEST, and the connection serves on when the application confirms it', async () => {
    const peer = await startPeer(async (connection) => {
      const requestId = await aborted(connection);
      connection.send(record(Type.stdout, requestId, 'what it had'), endRecord(requestId, 1));
      const next = await connection.request();
      connection.send(answer(next.requestId, document('next')));
    });
    const client = clientFor(peer);
    const controller = new AbortController();
    const pending = client.request({ params: GET, signal: controller.signal });
    const connection = await peer.accept();
    await expect.poll(() => connection.records.length).toBe(4);
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await expect.poll(() => client.stats().idleConnections).toBe(1);
    expect(await text((await client.request({ params: GET })).body)).toBe('next');
    expect(peer.connections).toHaveLength(1);
  });

  test('is not undone by output that comes after the confirmation, as from Go', async () => {
    const peer = await startPeer(async (connection) => {
      const requestId = await aborted(connection);
      connection.send(endRecord(requestId));
      const next = await connection.request();
      connection.send(
        answer(requestId, document('of the one before')),
        answer(next.requestId, document('next')),
      );
    });
    const client = clientFor(peer);
    const controller = new AbortController();
    const pending = expect(client.request({ params: GET, signal: controller.signal })).rejects.toThrow();
    const connection = await peer.accept();
    await expect.poll(() => connection.records.length).toBe(4);
    controller.abort();
    await pending;
    await expect.poll(() => client.stats().idleConnections).toBe(1);
    expect(await text((await client.request({ params: GET })).body)).toBe('next');
  });

  test('leads to a new connection after eight requests of one connection were aborted', async () => {
    const peer = await startPeer(async (connection) => {
      for (;;) {
        const { requestId } = await connection.request();
        await connection.recordsTo(Type.abort);
        connection.send(endRecord(requestId));
      }
    });
    const client = clientFor(peer);
    for (let i = 1; i <= 9; i += 1) {
      const controller = new AbortController();
      const pending = client.request({ params: GET, signal: controller.signal }).catch(() => {});
      await expect
        .poll(() => peer.connections.reduce((sum, { records }) => sum + records.length, 0))
        .toBe(5 * i - 1);
      controller.abort();
      await pending;
      await expect.poll(() => client.stats().connections - client.stats().idleConnections).toBe(0);
    }
    expect(peer.connections).toHaveLength(2);
  });

  test('closes the connection where the application does not answer in time', async () => {
    const peer = await startPeer((connection) => aborted(connection).then(() => {}));
    const client = clientFor(peer, { limits: { abortTimeout: 30 } });
    await expect(client.request({ params: GET, signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(client.stats().connections).toBe(1);
    await (await peer.accept()).closed;
    expect(client.stats().connections).toBe(0);
  });

  test('in the middle of a body fails the body and the end', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('begun')));
    });
    const client = clientFor(peer, { limits: { abortTimeout: 10 } });
    const controller = new AbortController();
    const { body, ended } = await client.request({ params: GET, signal: controller.signal });
    const reason = new Error('enough');
    const failure = expect(text(body)).rejects.toBe(reason);
    controller.abort(reason);
    await failure;
    await expect(ended).rejects.toBe(reason);
  });

  test('of a body that nobody reads gives the connection back as well', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('')));
      for (let i = 0; i < 30; i += 1) connection.send(record(Type.stdout, requestId, 'x'.repeat(60_000)));
      await connection.recordsTo(Type.abort);
      connection.send(endRecord(requestId));
    });
    const client = clientFor(peer);
    const controller = new AbortController();
    const { ended } = await client.request({ params: GET, signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 30));
    controller.abort();
    await expect(ended).rejects.toThrow();
    await expect
      .poll(() => client.stats())
      .toEqual({ connections: 1, idleConnections: 1, activeRequests: 0, waitingRequests: 0 });
  });

  test('with a reason that is no error is the cause of the error of the body', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('begun')));
    });
    const controller = new AbortController();
    const { body, ended } = await clientFor(peer).request({ params: GET, signal: controller.signal });
    const failure = expect(text(body)).rejects.toMatchObject({ cause: 'text' });
    controller.abort('text');
    await failure;
    await expect(ended).rejects.toBe('text');
  });

  test('has no listener left when the request has ended, and then changes nothing', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(answer(requestId, document('all')));
    });
    const client = clientFor(peer);
    const controller = new AbortController();
    const { body, ended } = await client.request({ params: GET, signal: controller.signal });
    await ended;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort();
    expect(await text(body)).toBe('all');
    expect(client.stats().idleConnections).toBe(1);
  });

  test('ends a source that is waited for', async () => {
    const peer = await startPeer();
    const source = new Readable({ read() {} });
    const controller = new AbortController();
    const pending = expect(
      clientFor(peer).request({
        params: { REQUEST_METHOD: 'POST' },
        signal: controller.signal,
        stdin: source,
      }),
    ).rejects.toThrow();
    await (await peer.accept()).recordsTo(Type.params);
    controller.abort();
    await pending;
    expect(source.destroyed).toBe(true);
  });
});

describe('a body that is not read to its end', () => {
  test('aborts the request when it is destroyed', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('begun')));
      await connection.recordsTo(Type.abort);
      connection.send(endRecord(requestId));
    });
    const client = clientFor(peer);
    const { body, ended } = await client.request({ params: GET });
    for await (const piece of body) {
      expect(String(piece)).toBe('begun');
      break;
    }
    await expect(ended).rejects.toMatchObject({ code: 'FCGI_BODY_UNREAD', side: 'caller' });
    await expect.poll(() => client.stats().idleConnections).toBe(1);
  });

  test('costs nothing where the request had ended', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(answer(requestId, document('all of it')));
    });
    const client = clientFor(peer);
    const { body, ended } = await client.request({ params: GET });
    await ended;
    body.destroy();
    expect(await ended).toMatchObject({ protocolStatus: 0 });
    expect(client.stats().idleConnections).toBe(1);
    expect(peer.connections[0]!.records.map(({ type }) => type)).not.toContain(Type.abort);
  });
});

test('a callback for STDERR that throws fails its request only', async () => {
  const peer = await startPeer(async (connection) => {
    const { requestId } = await connection.request();
    connection.send(record(Type.stderr, requestId, 'x'));
    await connection.recordsTo(Type.abort);
    connection.send(endRecord(requestId));
  });
  const client = clientFor(peer);
  const onStderr = () => {
    throw new Error('callback');
  };
  await expect(client.request({ params: GET, onStderr })).rejects.toThrow('callback');
  await expect.poll(() => client.stats().idleConnections).toBe(1);
});

test('a listener for the body that throws fails its request only', async () => {
  const peer = await startPeer(async (connection) => {
    const { requestId } = await connection.request();
    connection.send(record(Type.stdout, requestId, document('')));
    await new Promise((resolve) => setTimeout(resolve, 10));
    connection.send(record(Type.stdout, requestId, 'x'));
    await connection.recordsTo(Type.abort);
    connection.send(endRecord(requestId));
  });
  const client = clientFor(peer);
  const { body, ended } = await client.request({ params: GET });
  body.on('data', () => {
    throw new Error('listener');
  });
  await expect(ended).rejects.toThrow('listener');
  await expect.poll(() => client.stats().idleConnections).toBe(1);
});
