import { text } from 'node:stream/consumers';
import { FcgiClient, ProtocolStatus, Role } from '@fcgi-js/client';
import { join, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, endRecord, startPeer, startResponder, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

describe('the response', () => {
  test('has status, reason, fields and body, over TCP as over a Unix socket', async () => {
    for (const transport of ['tcp', 'unix'] as const) {
      const head = 'Status: 404 Nicht da\r\nSet-Cookie: a=1\r\nX: \xe9\r\nSet-Cookie: b=2\r\n\r\n';
      const peer = await startResponder(({ requestId }) => answer(requestId, `${head}body`), transport);
      const response = await clientFor(peer).request({ params: GET });
      expect(response).toMatchObject({
        contentLength: undefined,
        kind: 'document',
        location: undefined,
        reason: 'Nicht da',
        status: 404,
        headers: [
          ['Set-Cookie', 'a=1'],
          ['X', 'é'],
          ['Set-Cookie', 'b=2'],
        ],
      });
      expect(response.header('x')).toBe('é');
      expect(response.header('set-cookie')).toBe('a=1');
      expect(response.header('y')).toBeUndefined();
      expect(await text(response.body)).toBe('body');
    }
  });

  test('comes as soon as its head is complete, and its body as it is made', async () => {
    const peer = await startPeer();
    const pending = clientFor(peer).request({ params: GET });
    const connection = await peer.accept();
    const { requestId } = await connection.request();
    connection.send(record(Type.stdout, requestId, 'Status: 200 OK\r\n\r\nfirst'));
    const { body, ended } = await pending;
    const pieces = body[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toBe('first');
    connection.send(record(Type.stdout, requestId, 'second'));
    expect(String((await pieces.next()).value)).toBe('second');
    connection.send(endRecord(requestId, 7));
    expect((await pieces.next()).done).toBe(true);
    expect((await ended).appStatus).toBe(7);
  });

  test('keeps stderr apart, and tells how the request ended', async () => {
    const pieces: string[] = [];
    const peer = await startResponder(({ requestId }) =>
      join(
        record(Type.stderr, requestId, 'one '),
        record(Type.stdout, requestId, 'Status: 200 OK\n\nbo'),
        record(Type.stderr, requestId, 'two', { padding: 5 }),
        record(Type.stdout, requestId, 'dy'),
        record(Type.stderr, requestId),
        record(Type.stdout, requestId),
        endRecord(requestId, 0xffff_fffe),
      ),
    );
    const response = await clientFor(peer).request({
      params: GET,
      onStderr: (content) => pieces.push(Buffer.from(content).toString()),
    });
    expect(await text(response.body)).toBe('body');
    expect(await response.ended).toEqual({
      appStatus: 0xffff_fffe,
      protocolStatus: ProtocolStatus.RequestComplete,
      stderr: 'one two',
      stderrDropped: 0,
    });
    expect(response.stderr).toBe('one two');
    expect(pieces).toEqual(['one ', 'two']);
  });

  test('keeps stderr up to its limit and counts the rest', async () => {
    const peer = await startResponder(({ requestId }) =>
      join(
        record(Type.stderr, requestId, 'a'.repeat(60)),
        record(Type.stderr, requestId, 'b'.repeat(60)),
        answer(requestId, document('')),
      ),
    );
    const client = clientFor(peer, { limits: { stderrBytes: 120 } });
    const whole = await client.request({ params: GET });
    expect(await whole.ended).toMatchObject({ stderrDropped: 0 });
    const cut = await client.request({ params: GET, limits: { stderrBytes: 119 } });
    expect(await cut.ended).toMatchObject({ stderr: 'a'.repeat(60) + 'b'.repeat(59), stderrDropped: 1 });
  });

  test('tells a protocolStatus that came after an answer', async () => {
    const peer = await startResponder(({ requestId }) =>
      join(record(Type.stdout, requestId, 'Status: 503 Busy\n\nlater'), endRecord(requestId, 1, 2)),
    );
    const response = await clientFor(peer).request({ params: GET });
    expect(response.status).toBe(503);
    expect(await text(response.body)).toBe('later');
    expect(await response.ended).toMatchObject({ appStatus: 1, protocolStatus: ProtocolStatus.Overloaded });
  });

  test('gives the variables of an Authorizer that allows, and none of one that denies', async () => {
    let status = '200 OK';
    const peer = await startResponder(({ requestId, role }) =>
      answer(
        requestId,
        `Status: ${status}\nVariable-USER: me\nVARIABLE-Role: ${role}\nOther: x\nVariable-: y\n\n`,
      ),
    );
    const client = clientFor(peer);
    const allowed = await client.request({ params: GET, role: Role.Authorizer });
    expect([...allowed.variables()]).toEqual([
      ['USER', 'me'],
      ['Role', '2'],
    ]);
    status = '403 Forbidden';
    const denied = await client.request({ params: GET, role: Role.Authorizer });
    expect([...denied.variables()]).toEqual([]);
  });

  test('is the same however its records are cut and padded', async () => {
    const head = document('');
    const shapes = [
      (id: number) => answer(id, `${head}body`),
      (id: number) => join(...[...`${head}body`].map((byte) => record(Type.stdout, id, byte)), endRecord(id)),
      (id: number) =>
        join(
          ...[...`${head}body`].map((byte) => record(Type.stdout, id, byte, { padding: 255 })),
          endRecord(id),
        ),
      (id: number) =>
        join(
          record(Type.stdout, id, `${head}body`, { padding: 3, reserved: 9 }),
          record(Type.stdout, id, '', { padding: 200 }),
          record(Type.end, id, [0, 0, 0, 0, 0, 1, 2, 3], { padding: 255 }),
        ),
    ];
    for (const shape of shapes) {
      const peer = await startResponder(({ requestId }) => shape(requestId));
      const response = await clientFor(peer).request({ params: GET });
      expect(response.header('content-type')).toBe('text/plain');
      expect(await text(response.body)).toBe('body');
      await response.ended;
    }
  });
});

describe('a response as fetch has it', () => {
  test('gives its body as text and as JSON, and its fields to new Headers()', async () => {
    const head = 'Content-Type: application/json\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n';
    const peer = await startResponder(({ requestId }) => answer(requestId, `${head}{"a":["b"]}`));
    const client = clientFor(peer);
    const asText = await client.request({ params: [] });
    expect(await asText.text()).toBe('{"a":["b"]}');
    const asJson = await client.request({ params: [] });
    expect(new Headers(asJson.headers).getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await asJson.json()).toEqual({ a: ['b'] });
  });

  test('rejects where the body is no JSON', async () => {
    const peer = await startResponder(({ requestId }) => answer(requestId, document('<html>')));
    const response = await clientFor(peer).request({ params: [] });
    await expect(response.json()).rejects.toThrow(SyntaxError);
  });
});

test('a client is closed at the end of a block with "await using"', async () => {
  const peer = await startResponder(({ requestId }) => answer(requestId, document('')));
  let left: FcgiClient;
  {
    await using client = new FcgiClient({ address: peer.address });
    await (await client.request({ params: [] })).text();
    left = client;
    expect(left.stats().connections).toBe(1);
  }
  expect(left.stats().connections).toBe(0);
});
