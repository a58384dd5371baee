import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FcgiClient, FcgiClientOptions } from '@fcgi-js/client';
import { record } from 'test-support';
import { atRest } from 'test-support/at-rest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, endRecord, type PeerConnection, startPeer, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };
const POST = { REQUEST_METHOD: 'POST' };

async function get(client: FcgiClient): Promise<string> {
  return await text((await client.request({ params: GET })).body);
}

describe('a body on a shared connection that is not read', () => {
  const chunk = 'x'.repeat(32_768);

  /** Sends one body for ever as fast as it is taken, and answers other requests as they come. */
  async function startHog(limits: FcgiClientOptions['limits']) {
    const count = { taken: 0 };
    const seen: number[] = [];
    let stopped = false;
    onTestFinished(() => {
      stopped = true;
    });
    const flood = async (connection: PeerConnection) => {
      connection.send(record(Type.stdout, 1, document('')));
      while (!stopped && !connection.isClosed && !seen.includes(Type.abort)) {
        if (!connection.socket.write(record(Type.stdout, 1, chunk))) await once(connection.socket, 'drain');
        count.taken += chunk.length;
      }
      connection.send(endRecord(1));
    };
    const peer = await startPeer(async (connection) => {
      for (;;) {
        const { type, requestId, content } = await connection.record();
        seen.push(type);
        if (type !== Type.stdin || content.length > 0) continue;
        if (requestId === 1 && connection === peer.connections[0]) void flood(connection);
        else connection.send(answer(requestId, document(`answer ${requestId}`)));
      }
    });
    const client = clientFor(peer, { multiplex: true, limits: { connections: 1, ...limits } });
    return { client, count, peer, seen };
  }

  test('costs no more than connectionBufferBytes, and fails when it has stopped the others for too long', async () => {
    const { client, count, peer, seen } = await startHog({
      connectionBufferBytes: 262_144,
      unreadTimeout: 100,
    });
    const { ended } = await client.request({ params: GET });
    const other = client.request({ params: POST, stdin: new Readable({ read() {} }) });
    const failure = expect(ended).rejects.toMatchObject({
      code: 'FCGI_UNREAD_TIMEOUT',
      phase: 'unread',
      side: 'caller',
    });
    await failure;
    // The sockets hold some as well.
    expect(count.taken).toBeLessThan(1_500_000);
    await expect.poll(() => seen).toContain(Type.abort);
    const next = get(client);
    expect(await next).toMatch(/^answer \d$/);
    expect(peer.connections).toHaveLength(1);
    other.catch(() => {});
  });

  test('stops nobody until then', async () => {
    const { client, peer } = await startHog({ connectionBufferBytes: 8_388_608 });
    const { body } = await client.request({ params: GET });
    const answers = await Promise.all([get(client), get(client), get(client)]);
    expect(answers).toEqual(['answer 2', 'answer 3', 'answer 4']);
    expect(peer.connections).toHaveLength(1);
    body.destroy();
  });

  test('but is read slowly slows the others down, and does not fail', async () => {
    const { client } = await startHog({ connectionBufferBytes: 131_072, unreadTimeout: 1_000 });
    const { body } = await client.request({ params: GET });
    let isDone = false;
    const other = get(client).then((answered) => {
      isDone = true;
      return answered;
    });
    let read = 0;
    for await (const piece of body) {
      read += (piece as Buffer).length;
      if (isDone && read > 1_000_000) break;
      await sleep(1);
    }
    expect(await other).toMatch(/^answer/);
  });

  test('sends further requests to another connection', async () => {
    const { client, count, peer } = await startHog({ connections: 2, connectionBufferBytes: 131_072 });
    const { body } = await client.request({ params: GET });
    await atRest(() => count.taken);
    expect(await get(client)).toBe('answer 1');
    expect(peer.connections).toHaveLength(2);
    body.destroy();
  });
});
