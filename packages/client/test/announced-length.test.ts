import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type FcgiInput, type FcgiParams, inject, Role } from '@fcgi-js/client';
import { record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, startPeer, startResponder, Type } from './peer.ts';

const BODY = 'x'.repeat(104);
const MISMATCH = { code: 'FCGI_STDIN_LENGTH_MISMATCH', scope: 'request', side: 'caller' };

/** What C, PHP and others read as 104, or as another number, although it is not the length in plain digits. */
const LOOKALIKES = [
  '104 ',
  ' 104',
  '104\t',
  '104\r\n',
  '104\0',
  '+104',
  '-104',
  '104abc',
  '104, 104',
  '104.0',
  '1.04e2',
  '1e2',
  '0x68',
  '0b1101000',
  '0o150',
  '0104',
  '00',
  '１０４',
  '\xb9\xb0\xb4',
  'abc',
  'Infinity',
  'NaN',
  ' ',
  '9007199254740993',
  '18446744073709551720',
  `1${'0'.repeat(400)}`,
];

describe('CONTENT_LENGTH', () => {
  test.each(LOOKALIKES.map((value) => [value]))(
    'of %j is refused before a connection is opened',
    async (value) => {
      const peer = await startPeer();
      const client = clientFor(peer);
      const latin1 = Buffer.from(value).toString('latin1');
      for (const stdin of [BODY, '', Readable.from([BODY])] satisfies FcgiInput[]) {
        for (const given of [latin1, Buffer.from(value)]) {
          const pending = client.request({ params: { CONTENT_LENGTH: given }, stdin });
          await expect(pending).rejects.toMatchObject(MISMATCH);
        }
      }
      expect(peer.connections).toHaveLength(0);
    },
  );

  test.each<[name: string, params: FcgiParams]>([
    [
      'two values',
      [
        ['CONTENT_LENGTH', '104'],
        ['CONTENT_LENGTH', '50'],
      ],
    ],
    [
      'two values, the right one first',
      [
        ['CONTENT_LENGTH', '50'],
        ['CONTENT_LENGTH', '104'],
      ],
    ],
    [
      'the same value twice',
      [
        ['CONTENT_LENGTH', '104'],
        ['X', ''],
        ['CONTENT_LENGTH', '104'],
      ],
    ],
    [
      'an empty value and a right one',
      [
        ['CONTENT_LENGTH', ''],
        ['CONTENT_LENGTH', '104'],
      ],
    ],
    [
      'one name as text and one as bytes',
      [
        ['CONTENT_LENGTH', '104'],
        [Buffer.from('CONTENT_LENGTH'), '50'],
      ],
    ],
  ])('with %s is refused', async (_name, params) => {
    const peer = await startPeer();
    const failure = await clientFor(peer)
      .request({ params, stdin: BODY })
      .catch((error) => error);
    expect(failure).toMatchObject({ ...MISMATCH, message: expect.stringContaining('Send one') });
    expect(peer.connections).toHaveLength(0);
  });

  test('that is empty announces no body: with one it is refused, without one it is sent', async () => {
    const peer = await startResponder(({ params, requestId }) =>
      answer(requestId, document(JSON.stringify(params))),
    );
    const client = clientFor(peer);
    const params = { CONTENT_LENGTH: '' };
    await expect(client.request({ params, stdin: BODY })).rejects.toMatchObject(MISMATCH);
    const { body } = await client.request({ params });
    expect(JSON.parse(await text(body))).toEqual([['CONTENT_LENGTH', '']]);
  });

  test('that is empty lets no byte of a stream pass', async () => {
    const peer = await startPeer();
    const pending = clientFor(peer).request({ params: { CONTENT_LENGTH: '' }, stdin: Readable.from(['x']) });
    const failure = expect(pending).rejects.toMatchObject(MISMATCH);
    const records = await (await peer.accept()).recordsTo(Type.abort);
    await failure;
    expect(records.filter(({ type }) => type === Type.stdin)).toEqual([]);
  });

  test('that is wrong is named in the error, cut and with nothing in it that could deceive a reader', async () => {
    const peer = await startPeer();
    const request = (value: string) =>
      clientFor(peer)
        .request({ params: { CONTENT_LENGTH: value }, stdin: BODY })
        .catch((error: Error) => error.message);
    expect(await request('104\n')).toMatch(/^CONTENT_LENGTH is "104\\n", which is not a number of bytes/);
    expect(await request('1'.repeat(9_999))).toMatch(/^CONTENT_LENGTH is "1{40}", /);
  });

  test('of a stream that was wrong leaves a connection that serves no further request', async () => {
    for (const pieces of [['1234', 'GET /'], ['1']]) {
      const peer = await startPeer(async (connection) => {
        const begun = await connection.recordsTo(Type.abort);
        connection.send(answer(begun[0]!.requestId, document('aborted')));
        await connection.closed;
      });
      const client = clientFor(peer);
      const pending = client.request({ params: { CONTENT_LENGTH: '4' }, stdin: Readable.from(pieces) });
      await expect(pending).rejects.toMatchObject(MISMATCH);
      const connection = await peer.accept();
      await connection.closed;
      const types = connection.records.map(({ type }) => type);
      expect(types).toEqual([Type.begin, Type.params, Type.params, Type.stdin, Type.abort]);
    }
  });
});

test('FCGI_DATA_LENGTH is held to the same rules', async () => {
  const peer = await startPeer();
  const request = (params: FcgiParams) => clientFor(peer).request({ data: BODY, params, role: Role.Filter });
  const mismatch = { code: 'FCGI_DATA_LENGTH_MISMATCH', side: 'caller' };
  for (const value of [...LOOKALIKES.map((one) => Buffer.from(one)), '']) {
    await expect(request({ FCGI_DATA_LENGTH: value })).rejects.toMatchObject(mismatch);
  }
  const twice = [
    ['FCGI_DATA_LENGTH', '104'],
    ['FCGI_DATA_LENGTH', '104'],
  ] as const;
  await expect(request(twice)).rejects.toMatchObject(mismatch);
  expect(peer.connections).toHaveLength(0);
});

test('inject refuses it as well, from a header field and from a param', async () => {
  let accepted = 0;
  const server = {
    accept: () => {
      accepted += 1;
    },
  };
  for (const value of ['104 ', '+104', '0x68', '1e2', '105', '']) {
    for (const request of [
      { headers: { 'Content-Length': value } },
      { params: { CONTENT_LENGTH: value } },
      { headers: { 'content-length': ['104', value] } },
    ]) {
      const pending = inject(server, { body: BODY, method: 'POST', ...request });
      await expect(pending, JSON.stringify(request)).rejects.toMatchObject(MISMATCH);
    }
  }
  expect(accepted).toBe(0);
});

test('records of a right body are what is sent, whatever the body looks like', async () => {
  const forged = Buffer.from(record(Type.begin, 1, [0, 1, 1, 0, 0, 0, 0, 0]));
  const peer = await startResponder(({ requestId, stdin }) =>
    answer(requestId, document(stdin.toString('hex'))),
  );
  const params = { CONTENT_LENGTH: `${forged.length}` };
  const { body } = await clientFor(peer).request({ params, stdin: forged });
  expect(await text(body)).toBe(forged.toString('hex'));
});
