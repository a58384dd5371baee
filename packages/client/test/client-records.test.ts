import { text } from 'node:stream/consumers';
import { type FcgiPassingRecord, RecordType } from '@fcgi-js/client';
import { record } from 'test-support';
import { expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, startPeer, startResponder, Type } from './peer.ts';

const GET = { REQUEST_METHOD: 'GET' };

/** One line for each record: connection, direction, type, and how much there was in it. */
function line({ connection, direction, record: one }: FcgiPassingRecord): string {
  const length = 'content' in one ? ` ${one.content.length}` : '';
  return `${connection} ${direction} ${one.type}${length}`;
}

test('onRecord sees every record in both directions, in the order in which they pass', async () => {
  const peer = await startResponder(({ requestId }) => answer(requestId, document('hello')));
  const seen: FcgiPassingRecord[] = [];
  const client = clientFor(peer, { onRecord: (passing) => seen.push(passing) });
  for (let i = 0; i < 2; i += 1) {
    const response = await client.request({ params: GET, stdin: 'body' });
    await text(response.body);
    await response.ended;
  }
  const request = ['1 sent 1', '1 sent 4 19', '1 sent 4 0', '1 sent 5 4', '1 sent 5 0'];
  const response = ['1 received 6 49', '1 received 6 0', '1 received 3'];
  expect(seen.map(line)).toEqual([...request, ...response, ...request, ...response]);
  expect(seen[0]?.record).toEqual({
    type: RecordType.BeginRequest,
    requestId: 1,
    role: 1,
    flags: 1,
    keepConn: true,
  });
});

test('onRecord numbers connections, and sees GET_VALUES and ABORT_REQUEST', async () => {
  const peer = await startPeer(async (connection) => {
    const first = await connection.record();
    if (first.type === Type.getValues) connection.send(record(Type.getValuesResult, 0, ''));
  });
  const seen: string[] = [];
  const client = clientFor(peer, { onRecord: (passing) => seen.push(line(passing)) });
  await client.getValues({ names: ['FCGI_MAX_CONNS'] });
  const controller = new AbortController();
  const request = client.request({ params: {}, signal: controller.signal });
  await (await peer.accept()).closed;
  await (await peer.accept()).recordsTo(Type.stdin);
  controller.abort(new Error('enough'));
  await expect(request).rejects.toThrow('enough');
  expect(seen).toEqual([
    '1 sent 9 16',
    '1 received 10 0',
    '2 sent 1',
    '2 sent 4 0',
    '2 sent 5 0',
    '2 sent 2',
  ]);
});

test('onRecord sees the record that breaks a rule before the request fails over it', async () => {
  const peer = await startResponder(() => record(99, 7, 'what?'));
  const seen: FcgiPassingRecord[] = [];
  const client = clientFor(peer, { onRecord: (passing) => seen.push(passing) });
  await expect(client.request({ params: {} })).rejects.toMatchObject({ code: 'FCGI_RECORD_UNEXPECTED' });
  expect(seen.at(-1)).toMatchObject({
    direction: 'received',
    record: { type: 'undefined', requestId: 7, undefinedType: 99 },
  });
});

test.each([
  ['sent', RecordType.BeginRequest],
  ['received', RecordType.Stdout],
  ['sent', RecordType.AbortRequest],
])(
  'an onRecord that throws at a %s record of type %i fails the request, and nothing else',
  async (direction, type) => {
    const peer = await startResponder(({ requestId }) => record(Type.stdout, requestId, document('first')));
    let isArmed = true;
    const client = clientFor(peer, {
      onRecord: (passing) => {
        if (!isArmed || passing.direction !== direction || passing.record.type !== type) return;
        isArmed = false;
        throw new Error('observer');
      },
    });
    const outcome = client.request({ params: {} }).then(async ({ body, ended }) => {
      // Destroying the body is what sends ABORT_REQUEST.
      body.destroy();
      await ended;
    });
    await expect(outcome).rejects.toThrow('observer');
    await expect.poll(() => client.stats().connections).toBe(0);
    const next = await client.request({ params: {} });
    expect(next.status).toBe(200);
  },
);
