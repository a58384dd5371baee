import { join, pair, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, type PeerConnection, startPeer, Type } from './peer.ts';

describe('getValues', () => {
  test('asks for the three standard names with padding, and gives what the application knows', async () => {
    const peer = await startPeer();
    const pending = clientFor(peer).getValues();
    const connection = await peer.accept();
    const asked = await connection.record();
    expect(asked.type).toBe(Type.getValues);
    expect(asked.requestId).toBe(0);
    expect(asked.content.toString('latin1')).toBe(
      '\x0e\0FCGI_MAX_CONNS\x0d\0FCGI_MAX_REQS\x0f\0FCGI_MPXS_CONNS',
    );
    expect((asked.content.length + asked.padding) % 8).toBe(0);
    expect(asked.padding).toBeGreaterThan(0);
    connection.send(
      record(Type.getValuesResult, 0, join(pair('FCGI_MPXS_CONNS', '1'), pair('__proto__', 'x')), {
        padding: 3,
      }),
    );
    expect([...(await pending)]).toEqual([
      ['FCGI_MPXS_CONNS', '1'],
      ['__proto__', 'x'],
    ]);
    await connection.closed;
  });

  test('gives nothing where the application does not know the question', async () => {
    const peer = await startPeer((connection) =>
      connection.send(record(Type.unknownType, 0, [9, 0, 0, 0, 0, 0, 0, 0])),
    );
    expect((await clientFor(peer).getValues({ names: ['X'] })).size).toBe(0);
  });

  test.each([
    ['closes', (connection: PeerConnection) => void connection.socket.end(), 'FCGI_CONNECTION_CLOSED'],
    ['says nothing', () => {}, 'FCGI_FIRST_BYTE_TIMEOUT'],
    [
      'answers with a pair that is cut off',
      (connection: PeerConnection) => connection.send(record(Type.getValuesResult, 0, [9, 9, 65])),
      'FCGI_PAIR_TRUNCATED',
    ],
    [
      'answers with an answer to a request',
      (connection: PeerConnection) => connection.send(answer(1, document(''))),
      'FCGI_REQUEST_ID_UNKNOWN',
    ],
  ])('fails where the application %s', async (_name, serve, code) => {
    const peer = await startPeer(serve);
    const client = clientFor(peer, { limits: { firstByteTimeout: 50 } });
    await expect(client.getValues()).rejects.toMatchObject({ code });
    expect(client.stats().connections).toBe(0);
  });

  test('stops waiting when its signal says so', async () => {
    const peer = await startPeer();
    const controller = new AbortController();
    const pending = clientFor(peer).getValues({ signal: controller.signal });
    const connection = await peer.accept();
    await connection.record();
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    await connection.closed;
  });
});
