import { crc32 } from 'node:zlib';
import { pattern, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { aWhile } from '../../src/wire/pause.ts';
import { TRANSPORTS } from '../../src/wire/probe-process.ts';
import {
  begin,
  type ParamList,
  params,
  Role,
  request,
  requestHead,
  streamEnd,
  streamRecords,
  Type,
} from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

const sumOf = (bytes: Uint8Array) => crc32(bytes).toString(16).padStart(8, '0');

/** FastCGI 1.0, sections 6.3 and 6.4. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  /** Authorizers get none of the params that tell of a resource or a body. */
  const authorizerParams = (user: string): ParamList => [
    ['REQUEST_METHOD', 'GET'],
    ['REQUEST_URI', `/auth?user=${user}`],
    ['FCGI_ROLE', 'AUTHORIZER'],
  ];

  test('an authorizer lets alice pass and tells who she is', async () => {
    const connection = await probe().connect();
    connection.send(begin(1, { role: Role.authorizer }), params(1, authorizerParams('alice')));
    // No STDIN follows: Apache sends none.
    const answer = await connection.answer(1);
    expect([answer.status, answer.appStatus, answer.protocolStatus]).toEqual([200, 0, 0]);
    expect(answer.field('variable-remote_user')).toEqual(['alice']);
    expect(answer.field('variable-auth_method')).toEqual(['database lookup']);
  });

  test('an authorizer refuses others with a whole answer', async () => {
    const connection = await probe().connect();
    connection.send(begin(1, { role: Role.authorizer }), params(1, authorizerParams('mallory')));
    const answer = await connection.answer(1);
    expect([answer.status, answer.text]).toEqual([403, 'denied']);
    expect(answer.field('variable-remote_user')).toEqual([]);
  });

  test('the STDIN of an authorizer is nothing to it', async () => {
    const connection = await probe().connect();
    for (const stdin of [streamEnd(Type.stdin, 1), record(Type.stdin, 1, 'a body all the same')]) {
      connection.send(begin(1, { role: Role.authorizer }), params(1, authorizerParams('alice')), stdin);
      expect((await connection.answer(1)).status).toBe(200);
    }
  });

  test('an authorizer of another path refuses', async () => {
    const connection = await probe().connect();
    connection.send(requestHead('/elsewhere', { role: Role.authorizer }));
    expect((await connection.answer(1)).status).toBe(404);
  });

  test('the routes of one role are not there in another', async () => {
    const authAsResponder = await probe().ask('/auth?user=alice');
    expect(authAsResponder.status).toBe(404);
    const echoAsFilter = await probe().ask('/echo', { role: Role.filter });
    expect(echoAsFilter.status).toBe(404);
  });

  const filterHead = (stdinLength: number, dataLength: number) =>
    requestHead('/filter', {
      role: Role.filter,
      method: 'POST',
      contentLength: String(stdinLength),
      params: [
        ['FCGI_DATA_LENGTH', String(dataLength)],
        ['FCGI_DATA_LAST_MOD', '1048576'],
      ],
    });

  test.each([
    [0, 0],
    [0, 10],
    [10, 0],
    [1_000, 100_000],
    [300_000, 1_000_000],
  ])('a filter reads STDIN of %i bytes, then DATA of %i', async (stdinLength, dataLength) => {
    const [stdin, data] = [pattern(stdinLength, 1), pattern(dataLength, 2)];
    const connection = await probe().connect();
    connection.send(filterHead(stdinLength, dataLength));
    connection.send(streamRecords(Type.stdin, 1, stdin), streamEnd(Type.stdin, 1));
    connection.send(streamRecords(Type.data, 1, data), streamEnd(Type.data, 1));
    expect((await connection.answer(1)).json).toEqual({
      stdinLength,
      stdinCrc32: sumOf(stdin),
      dataLength,
      dataCrc32: sumOf(data),
      dataLastMod: '1048576',
      complete: true,
    });
  });

  test.each([
    ['STDIN', [5, 4], [6, 4]],
    ['DATA', [5, 4], [5, 5]],
  ] as const)('a filter is told that its %s is too short', async (_name, lengths, announced) => {
    const [stdin, data] = [pattern(lengths[0]), pattern(lengths[1])];
    const connection = await probe().connect();
    connection.send(filterHead(announced[0], announced[1]));
    connection.send(record(Type.stdin, 1, stdin), streamEnd(Type.stdin, 1));
    connection.send(record(Type.data, 1, data), streamEnd(Type.data, 1));
    const { json } = await connection.answer(1);
    expect(json).toMatchObject({ stdinLength: 5, dataLength: 4, complete: false });
  });

  test('DATA beyond its announced length is cut', async () => {
    const connection = await probe().connect();
    connection.send(filterHead(0, 4), streamEnd(Type.stdin, 1));
    connection.send(record(Type.data, 1, pattern(100)), streamEnd(Type.data, 1));
    expect((await connection.answer(1)).json).toMatchObject({ dataLength: 4, complete: true });
  });

  test('DATA that comes before the end of STDIN is refused: half of a file is never filtered', async () => {
    const connection = await probe().connect();
    connection.send(filterHead(4, 4), record(Type.data, 1, 'early'));
    connection.send(record(Type.stdin, 1, pattern(4)), streamEnd(Type.stdin, 1));
    connection.send(record(Type.data, 1, pattern(4)), streamEnd(Type.data, 1));
    expect((await connection.answer(1)).status).toBe(400);
  });

  test('a filter answers nothing before STDIN is complete', async () => {
    const connection = await probe().connect();
    connection.send(filterHead(4, 4), record(Type.stdin, 1, pattern(3)));
    await aWhile();
    expect(connection.received).toBe(0);
  });

  test('the three roles are served side by side on one connection', async () => {
    const connection = await probe().connect();
    connection.send(
      request('/slow?ms=100', { id: 1 }),
      begin(2, { role: Role.authorizer }),
      params(2, authorizerParams('alice')),
      request('/filter', { id: 3, role: Role.filter }),
      streamEnd(Type.data, 3),
    );
    expect((await connection.answer(2)).status).toBe(200);
    expect((await connection.answer(3)).json).toMatchObject({ complete: true, dataLength: 0 });
    expect((await connection.answer(1)).text).toBe('slow');
  });
});
