import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { FcgiClient, type FcgiClientOptions } from '@fcgi-js/client';
import { record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import {
  answer,
  document,
  endRecord,
  type PeerConnection,
  type RawRecord,
  startPeer,
  startResponder,
  Type,
} from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };
const POST = { REQUEST_METHOD: 'POST' };

const shared: Omit<FcgiClientOptions, 'address'> = { multiplex: true };

async function get(client: FcgiClient): Promise<string> {
  return await text((await client.request({ params: GET })).body);
}

/** The ids of as many requests, when their STDIN has ended. */
async function requestIds(connection: PeerConnection, count: number): Promise<number[]> {
  const ids: number[] = [];
  while (ids.length < count) {
    const one = await connection.record();
    if (one.type === Type.stdin && one.content.length === 0) ids.push(one.requestId);
  }
  return ids;
}

/** An application that collects requests until there are enough, and then answers as it is told. */
function batches(count: number, answers: (ids: number[], connection: PeerConnection) => void) {
  return startPeer(async (connection) => {
    for (;;) answers(await requestIds(connection, count), connection);
  });
}

describe('with multiplex', () => {
  test('requests at once share a connection, whatever order their answers come in', async () => {
    const peer = await batches(5, (ids, connection) => {
      for (const id of ids) connection.send(record(Type.stdout, id, document(`${id} `)));
      for (const id of ids.toReversed()) connection.send(record(Type.stdout, id, 'rest'), endRecord(id));
    });
    const client = clientFor(peer, shared);
    const bodies = await Promise.all([1, 2, 3, 4, 5].map(() => get(client)));
    expect(bodies.toSorted()).toEqual([1, 2, 3, 4, 5].map((id) => `${id} rest`));
    expect(peer.connections).toHaveLength(1);
    expect(client.stats()).toEqual({
      connections: 1,
      idleConnections: 1,
      activeRequests: 0,
      waitingRequests: 0,
    });
  });

  test('no more than requestsPerConnection share one', async () => {
    for (const [requestsPerConnection, connections] of [
      [4, 1],
      [3, 2],
    ] as const) {
      const peer = await startPeer();
      const client = clientFor(peer, { ...shared, limits: { requestsPerConnection } });
      const pending = [1, 2, 3, 4].map(() => get(client).catch(() => {}));
      await expect.poll(() => client.stats().activeRequests).toBe(4);
      expect(client.stats()).toEqual({
        connections,
        idleConnections: 0,
        activeRequests: 4,
        waitingRequests: 0,
      });
      await client.close({ timeout: 1 });
      await Promise.all(pending);
    }
  });

  test('a request that comes later goes to the connection with the fewest', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { ...shared, limits: { requestsPerConnection: 2 } });
    const pending = [1, 2, 3].map(() => get(client).catch(() => {}));
    await expect.poll(() => client.stats().connections).toBe(2);
    pending.push(get(client).catch(() => {}));
    await expect.poll(() => client.stats().activeRequests).toBe(4);
    expect(client.stats().connections).toBe(2);
    await client.close({ timeout: 1 });
    await Promise.all(pending);
  });

  test('those who wait get a connection as soon as one of its requests has ended', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { ...shared, limits: { connections: 1, requestsPerConnection: 2 } });
    const bodies = [1, 2, 3].map(() => get(client));
    const connection = await peer.accept();
    await requestIds(connection, 2);
    expect(client.stats()).toEqual({
      connections: 1,
      idleConnections: 0,
      activeRequests: 2,
      waitingRequests: 1,
    });
    connection.send(answer(2, document('second')));
    expect(await requestIds(connection, 1)).toEqual([3]);
    connection.send(answer(3, document('third')), answer(1, document('first')));
    expect((await Promise.all(bodies)).toSorted()).toEqual(['first', 'second', 'third']);
  });

  test('bodies that are sent at once are sent side by side', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, shared);
    const [first, second] = [new Readable({ read() {} }), new Readable({ read() {} })];
    const responses = [first, second].map((stdin) => client.request({ params: POST, stdin }));
    const connection = await peer.accept();
    const stdin = async () => {
      const { requestId, content }: RawRecord = await connection.record();
      return `${requestId} ${content}`;
    };
    for (let i = 0; i < 6; i += 1) await connection.record();
    first.push('a');
    expect(await stdin()).toBe('1 a');
    second.push('b');
    expect(await stdin()).toBe('2 b');
    first.push('c');
    expect(await stdin()).toBe('1 c');
    second.push(null);
    expect(await stdin()).toBe('2 ');
    connection.send(answer(2, document('')));
    expect((await responses[1]!).status).toBe(200);
    first.push(null);
    expect(await stdin()).toBe('1 ');
    connection.send(answer(1, document('')));
    expect((await responses[0]!).status).toBe(200);
  });

  test('a lost connection fails the requests on it, and no others', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { ...shared, limits: { requestsPerConnection: 2 } });
    const outcomes = [1, 2, 3].map(() => get(client).catch((error) => error.code));
    const [one, other] = [await peer.accept(), await peer.accept()];
    const counts = new Map([
      [one, 0],
      [other, 0],
    ]);
    await expect
      .poll(() => [...counts.keys()].map(({ records }) => records.filter(({ type }) => type === 5).length))
      .toEqual([2, 1]);
    one.socket.destroy();
    other.send(answer(1, document('fine')));
    expect(await Promise.all(outcomes)).toEqual(['FCGI_CONNECTION_CLOSED', 'FCGI_CONNECTION_CLOSED', 'fine']);
  });

  test('an application that refuses to share gets the request again alone, and is not asked once more', async () => {
    const peer = await startPeer(async (connection) => {
      const active = new Set<number>();
      for (;;) {
        const { type, requestId, content } = await connection.record();
        if (type === Type.begin && active.size > 0) connection.send(endRecord(requestId, 0, 1));
        else if (type === Type.begin) active.add(requestId);
        if (type !== Type.stdin || content.length > 0 || !active.has(requestId)) continue;
        setTimeout(() => {
          active.delete(requestId);
          connection.send(answer(requestId, document('alone')));
        }, 10);
      }
    });
    const client = clientFor(peer, shared);
    const post = async () => await text((await client.request({ params: POST, stdin: 'bytes' })).body);
    expect(await Promise.all([post(), post(), post()])).toEqual(['alone', 'alone', 'alone']);
    const before = peer.connections.flatMap(({ records }) => records.filter(({ type }) => type === 1)).length;
    expect(before).toBeGreaterThan(3);
    expect(await Promise.all([post(), post(), post()])).toEqual(['alone', 'alone', 'alone']);
    const after = peer.connections.flatMap(({ records }) => records.filter(({ type }) => type === 1)).length;
    expect(after - before).toBe(3);
  });

  test('a stream that was refused with others on the connection is not sent again', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.record();
      connection.send(endRecord(requestId, 0, 1));
    });
    const stdin = Readable.from(['once']);
    await expect(clientFor(peer, shared).request({ params: POST, stdin })).rejects.toMatchObject({
      code: 'FCGI_REQUEST_REJECTED',
      protocolStatus: 1,
    });
    expect(peer.connections).toHaveLength(1);
  });

  test('70,000 requests go over one connection', { timeout: 120_000 }, async () => {
    const peer = await startResponder(({ requestId }) => answer(requestId, document('x')));
    const client = clientFor(peer, shared);
    let done = 0;
    const worker = async () => {
      while (done < 70_000) {
        done += 1;
        const { body } = await client.request({ params: {} });
        body.destroy();
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    expect(peer.connections).toHaveLength(1);
  });
});

describe('of requests that share a connection', () => {
  test('one that is aborted leaves the others alone, even where the application never confirms it', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { ...shared, limits: { abortTimeout: 20 } });
    const controller = new AbortController();
    const aborted = client
      .request({ params: GET, signal: controller.signal })
      .catch((error) => error.message);
    const other = client.request({ params: GET });
    const connection = await peer.accept();
    await requestIds(connection, 2);
    connection.send(record(Type.stdout, 2, document('begun, ')));
    const { body } = await other;
    controller.abort(new Error('enough'));
    expect(await aborted).toBe('enough');
    expect((await connection.recordsTo(Type.abort)).at(-1)?.requestId).toBe(1);
    await sleep(60);
    // The next one goes elsewhere, because nobody knows what becomes of the first.
    const next = get(client);
    const second = await peer.accept();
    const [nextId] = await requestIds(second, 1);
    second.send(answer(nextId!, document('next')));
    expect(await next).toBe('next');
    expect(connection.isClosed).toBe(false);
    connection.send(record(Type.stdout, 1, 'late'), record(Type.stdout, 2, 'and done'), endRecord(2));
    expect(await text(body)).toBe('begun, and done');
    await connection.closed;
    expect(client.stats().connections).toBe(1);
  });

  test('one that is aborted and confirmed leaves the connection as it was', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, shared);
    const controller = new AbortController();
    const aborted = client
      .request({ params: GET, signal: controller.signal })
      .catch((error) => error.message);
    const other = get(client);
    const connection = await peer.accept();
    await requestIds(connection, 2);
    controller.abort(new Error('enough'));
    await connection.recordsTo(Type.abort);
    connection.send(endRecord(1));
    expect(await aborted).toBe('enough');
    const next = get(client);
    expect(await requestIds(connection, 1)).toEqual([3]);
    connection.send(answer(3, document('next')), answer(2, document('other')));
    expect(await Promise.all([next, other])).toEqual(['next', 'other']);
  });

  test('one that timed out keeps others from the connection until the application has ended it', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, shared);
    const limits = { firstByteTimeout: 40 };
    const late = client.request({ params: GET, limits }).catch((error) => error.code);
    const first = await peer.accept();
    await requestIds(first, 1);
    expect(await late).toBe('FCGI_FIRST_BYTE_TIMEOUT');
    const next = get(client);
    const second = await peer.accept();
    expect(await requestIds(second, 1)).toEqual([1]);
    second.send(answer(1, document('elsewhere')));
    expect(await next).toBe('elsewhere');
    first.send(endRecord(1));
    await expect
      .poll(() => client.stats())
      .toMatchObject({ connections: 2, idleConnections: 2, activeRequests: 0 });
    const last = get(client);
    expect(await requestIds(first, 1)).toEqual([2]);
    first.send(answer(2, document('here again')));
    expect(await last).toBe('here again');
  });

  test('one that timed out lets those who wait have its connection when it has been ended', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { ...shared, limits: { abortTimeout: 60_000, connections: 1 } });
    const limits = { firstByteTimeout: 40 };
    const late = client.request({ params: GET, limits }).catch((error) => error.code);
    const other = get(client);
    const connection = await peer.accept();
    await requestIds(connection, 2);
    expect(await late).toBe('FCGI_FIRST_BYTE_TIMEOUT');
    const next = get(client);
    await expect.poll(() => client.stats().waitingRequests).toBe(1);
    connection.send(endRecord(1));
    expect(await requestIds(connection, 1)).toEqual([3]);
    connection.send(answer(3, document('next')), answer(2, document('other')));
    expect(await Promise.all([next, other])).toEqual(['next', 'other']);
  });

  test('one that ends before its body was sent does not end the others, but the connection after them', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, shared);
    const early = client.request({ params: POST, stdin: new Readable({ read() {} }) });
    const other = get(client);
    const connection = await peer.accept();
    await requestIds(connection, 1);
    connection.send(answer(1, document('early')));
    expect(await text((await early).body)).toBe('early');
    expect(client.stats().connections).toBe(1);
    connection.send(answer(2, document('other')));
    expect(await other).toBe('other');
    await connection.closed;
    expect(client.stats().connections).toBe(0);
  });

  test('a silent one is not kept alive by what the others receive', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, { ...shared, limits: { firstByteTimeout: 150 } });
    const silent = get(client);
    const busy = client.request({ params: GET });
    const connection = await peer.accept();
    await requestIds(connection, 2);
    connection.send(record(Type.stdout, 2, document('')));
    const { body } = await busy;
    const received = text(body);
    let isOver = false;
    const failure = expect(silent)
      .rejects.toMatchObject({ code: 'FCGI_FIRST_BYTE_TIMEOUT' })
      .then(() => {
        isOver = true;
      });
    while (!isOver) {
      connection.send(record(Type.stdout, 2, 'x'));
      await sleep(20);
    }
    await failure;
    connection.send(endRecord(1), endRecord(2));
    expect(await received).toMatch(/^x+$/);
  });

  test('bytes of a broken record count as an answer to each of them: nothing is sent again', async () => {
    const peer = await startPeer();
    const client = clientFor(peer, shared);
    const first = get(client);
    const connection = await peer.accept();
    await requestIds(connection, 1);
    connection.send(answer(1, document('')));
    await first;
    const codes = [get(client), get(client)].map((one) => one.catch((error) => error.code));
    await requestIds(connection, 2);
    connection.socket.end(Uint8Array.of(1, 6, 0));
    expect(await Promise.all(codes)).toEqual(['FCGI_CONNECTION_CLOSED', 'FCGI_CONNECTION_CLOSED']);
    expect(peer.connections).toHaveLength(1);
  });
});

test.each([
  [{ multiplex: 'yes' }, '"multiplex" must be true or false or \'auto\', but it is "yes".'],
  [{ multiplex: true, keepConn: false }, 'cannot be shared'],
  [{ multiplex: 'auto', keepConn: false }, 'cannot be shared'],
])('%o makes no sense', (options, message) => {
  expect(() => new FcgiClient({ ...(options as FcgiClientOptions), address: '/x' })).toThrow(message);
});
