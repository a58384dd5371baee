import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { FcgiClient, type FcgiClientOptions } from '@fcgi-js/client';
import { pair, record } from 'test-support';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, type PeerConnection, startPeer, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

async function get(client: FcgiClient): Promise<string> {
  return await text((await client.request({ params: GET })).body);
}

describe("with multiplex 'auto'", () => {
  const values = (mpxs: string, conns?: string, reqs?: string): Uint8Array =>
    record(
      Type.getValuesResult,
      0,
      Buffer.concat(
        [
          pair('FCGI_MPXS_CONNS', mpxs),
          conns === undefined ? '' : pair('FCGI_MAX_CONNS', conns),
          reqs === undefined ? '' : pair('FCGI_MAX_REQS', reqs),
        ].map((part) => Buffer.from(part)),
      ),
    );

  /** Answers the question as told, and requests when the test says so. */
  async function startAsked(reply: (connection: PeerConnection) => void) {
    const requests: Array<() => void> = [];
    const asked = { times: 0 };
    const peer = await startPeer(async (connection) => {
      for (;;) {
        const { type, requestId, content } = await connection.record();
        if (type === Type.getValues) {
          asked.times += 1;
          reply(connection);
        } else if (type === Type.stdin && content.length === 0) {
          requests.push(() => connection.send(answer(requestId, document('fine'))));
        }
      }
    });
    return { asked, peer, requests };
  }

  const auto: Omit<FcgiClientOptions, 'address'> = { multiplex: 'auto' };

  test('an application that says so gets several requests on a connection, and no more than it allows', async () => {
    const { asked, peer, requests } = await startAsked((connection) =>
      connection.send(values('1', '1', '3')),
    );
    const client = clientFor(peer, auto);
    const bodies = [1, 2, 3, 4, 5].map(() => get(client));
    await expect.poll(() => requests.length).toBe(3);
    expect(client.stats()).toEqual({
      connections: 1,
      idleConnections: 0,
      activeRequests: 3,
      waitingRequests: 2,
    });
    requests[0]!();
    await expect.poll(() => requests.length).toBe(4);
    expect(client.stats()).toMatchObject({ activeRequests: 3, waitingRequests: 1 });
    requests[1]!();
    await expect.poll(() => requests.length).toBe(5);
    for (const finish of requests.slice(2)) finish();
    expect(await Promise.all(bodies)).toEqual(Array(5).fill('fine'));
    expect(asked.times).toBe(1);
    expect(peer.connections).toHaveLength(2);
  });

  test.each([
    ['another connection', 3],
    ['a new connection', 2],
  ])(
    'a request that ends on a connection of no more use makes room on %s, if FCGI_MAX_REQS was the limit',
    async (_which, limit) => {
      const begun: Array<{ readonly connection: PeerConnection; readonly requestId: number }> = [];
      const peer = await startPeer(async (connection) => {
        for (;;) {
          const { content, requestId, type } = await connection.record();
          if (type === Type.getValues) connection.send(values('1', '2', String(limit)));
          else if (type === Type.params && content.length === 0) begun.push({ connection, requestId });
        }
      });
      const finish = ({ connection, requestId }: (typeof begun)[number]) =>
        connection.send(answer(requestId, document('fine')));
      const client = clientFor(peer, {
        ...auto,
        limits: { connectTimeout: 60_000, requestsPerConnection: 2 },
      });
      // Its application does not wait for the end of the body, so the connection cannot be used again.
      const stdin = new Readable({ read() {} });
      const early = client.request({ params: { REQUEST_METHOD: 'POST' }, stdin });
      await expect.poll(() => begun.length).toBe(1);
      const bodies: Array<Promise<string>> = [];
      for (let count = 2; count <= limit; count += 1) {
        bodies.push(get(client));
        await expect.poll(() => begun.length).toBe(count);
      }
      bodies.push(get(client));
      await expect.poll(() => client.stats()).toMatchObject({ activeRequests: limit, waitingRequests: 1 });
      finish(begun[0]!);
      expect(await text((await early).body)).toBe('fine');
      await expect.poll(() => begun.length).toBe(limit + 1);
      expect(begun.at(-1)!.connection).not.toBe(begun[0]!.connection);
      expect(client.stats()).toMatchObject({ connections: 2, activeRequests: limit, waitingRequests: 0 });
      for (const request of begun.slice(1)) finish(request);
      expect(await Promise.all(bodies)).toEqual(Array(limit).fill('fine'));
    },
  );

  test('an application that does not gets one request on each of the connections that it allows', async () => {
    const { peer, requests } = await startAsked((connection) => connection.send(values('0', '2', '2')));
    const client = clientFor(peer, auto);
    const bodies = [1, 2, 3].map(() => get(client));
    await expect.poll(() => requests.length).toBe(2);
    expect(client.stats()).toEqual({
      connections: 2,
      idleConnections: 0,
      activeRequests: 2,
      waitingRequests: 1,
    });
    requests[0]!();
    await expect.poll(() => requests.length).toBe(3);
    for (const finish of requests.slice(1)) finish();
    expect(await Promise.all(bodies)).toEqual(Array(3).fill('fine'));
  });

  test.each([
    ['that has no meaning', values('yes', '0', '-1')],
    ['that the type is not known', record(Type.unknownType, 0, [9, 0, 0, 0, 0, 0, 0, 0])],
    ['that is broken', record(Type.getValuesResult, 0, [200])],
  ])('an answer %s allows nothing and forbids nothing', async (_what, reply) => {
    const { peer, requests } = await startAsked((connection) => connection.send(reply));
    const client = clientFor(peer, auto);
    const bodies = [1, 2].map(() => get(client));
    await expect.poll(() => requests.length).toBe(2);
    expect(client.stats().connections).toBe(2);
    for (const finish of requests) finish();
    await Promise.all(bodies);
  });

  test('an application that does not answer is waited for no longer than valuesTimeout, and once', async () => {
    const { asked, peer, requests } = await startAsked(() => {});
    const client = clientFor(peer, { ...auto, limits: { valuesTimeout: 30 } });
    for (let i = 0; i < 2; i += 1) {
      const bodies = [get(client), get(client)];
      await expect.poll(() => requests.length).toBe(2);
      expect(client.stats().connections).toBe(2);
      for (const finish of requests.splice(0)) finish();
      await Promise.all(bodies);
    }
    expect(asked.times).toBe(1);
  });

  test('an application that closes at the question is served all the same', async () => {
    const { peer, requests } = await startAsked((connection) => connection.socket.end());
    const body = get(clientFor(peer, auto));
    await expect.poll(() => requests.length).toBe(1);
    requests[0]!();
    expect(await body).toBe('fine');
  });

  test('it is asked again after a minute, when no connection is open', async () => {
    const { asked, peer, requests } = await startAsked((connection) => connection.send(values('1')));
    const client = clientFor(peer, { ...auto, limits: { idleTimeout: 10 } });
    const once = async () => {
      const body = get(client);
      await expect.poll(() => requests.length).toBe(1);
      requests.pop()!();
      await body;
      await expect.poll(() => client.stats().connections).toBe(0);
      return asked.times;
    };
    expect([await once(), await once()]).toEqual([1, 1]);
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 60_001);
    onTestFinished(() => clock.mockRestore());
    expect(await once()).toBe(2);
  });

  test('a request that is aborted while the application is asked does not wait for the answer', async () => {
    const { peer } = await startAsked(() => {});
    await expect(
      clientFor(peer, auto).request({ params: GET, signal: AbortSignal.timeout(10) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('an application that is not there fails the request as ever', async () => {
    const client = new FcgiClient({ address: '/nonexistent/app.sock', ...auto });
    await expect(client.request({ params: GET })).rejects.toMatchObject({ code: 'FCGI_CONNECT_FAILED' });
  });
});
