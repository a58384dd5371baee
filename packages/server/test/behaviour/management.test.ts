import { hex, join, pattern, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { start, transports } from '../support/harness.ts';
import { show } from '../support/received.ts';
import { begin, params, request, stdin, Type } from '../support/wire.ts';

const responder = ({ stdout }: { stdout: NodeJS.WritableStream }) => {
  stdout.end('Status: 200\r\n\r\n');
};

const GET_VALUES = record(9, 0, '\x0e\x00FCGI_MAX_CONNS\x0d\x00FCGI_MAX_REQS\x0f\x00FCGI_MPXS_CONNS');

describe.each(transports)('over %s', (transport) => {
  test('GET_VALUES alone is answered at once, with the limits that are enforced', async () => {
    const limits = { connections: 300, requests: 200 };
    const { connect } = await start({ responder, limits }, transport);
    const peer = await connect();
    peer.send(GET_VALUES);
    await peer.until(() => peer.records.length > 0, 'an answer');
    expect(peer.records.map(show)).toEqual([
      String.raw`getValuesResult 0 "\u000e\u0003FCGI_MAX_CONNS300\r\u0003FCGI_MAX_REQS200\u000f\u0001FCGI_MPXS_CONNS1"`,
    ]);
  });

  test('an unknown management record is answered with UNKNOWN_TYPE, and requests go on', async () => {
    const { connect } = await start({ responder }, transport);
    const peer = await connect();
    peer.send(record(99, 0, 'abc', { padding: 5 }), request(1, { keepConn: true }));
    await peer.answer(1);
    const [first] = peer.records;
    expect(first).toMatchObject({ type: Type.unknownType, requestId: 0 });
    expect([...first!.content]).toEqual([99, 0, 0, 0, 0, 0, 0, 0]);
  });
});

test('management records are answered between any two records of a request', async () => {
  const { connect } = await start({ responder });
  const peer = await connect();
  const parts = [begin(1, { keepConn: true }), params(1), stdin(1)];
  peer.send(...parts.flatMap((part) => [GET_VALUES, part, record(200, 0)]));
  await peer.answer(1);
  expect(peer.records.filter(({ type }) => type === Type.getValuesResult)).toHaveLength(3);
  expect(peer.records.filter(({ type }) => type === Type.unknownType)).toHaveLength(3);
});

test('a name such as "constructor" harms nobody', async () => {
  const { connect } = await start({ responder });
  const peer = await connect();
  peer.send(record(9, 0, '\x0b\x00constructor\x09\x00__proto__'), request(1, { keepConn: true }));
  await peer.answer(1);
  expect(show(peer.records[0]!)).toBe('getValuesResult 0 ""');
});

describe('a management record that is wrong', () => {
  test.each([
    ['GET_VALUES that is cut off', record(9, 0, '\x0eFCGI')],
    ['GET_VALUES that announces 2 GiB', record(9, 0, hex('ffffffff ffffffff'))],
    ['GET_VALUES with a request ID', record(9, 1, '')],
    ['a record of version 2', hex('02 09 0000 0000 00 00')],
    ['a record of version 0 that is not eight zero bytes', hex('00 00 0000 0000 00 01')],
    ['BEGIN_REQUEST with ID 0', begin(0)],
  ])('(%s) ends the connection, and is told of once', async (_, bytes) => {
    const { connect, errors } = await start({ responder });
    const peer = await connect();
    peer.send(join(bytes, request(1)));
    await peer.ended();
    expect(peer.records).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(errors[0]!.error).toMatchObject({ name: 'RemoteProtocolError' });
  });

  test('does not harm other connections', async () => {
    const { connect } = await start({ responder });
    const [bad, good] = [await connect(), await connect()];
    bad.send(hex('07 07 0707 0707 07 07'));
    await bad.ended();
    good.send(request(1));
    expect(await good.answer(1)).toMatchObject({ status: '200' });
  });
});

test('records of types that only applications send are ignored', async () => {
  const { connect, errors } = await start({ responder });
  const peer = await connect();
  peer.send(
    record(3, 1, new Uint8Array(8)),
    record(6, 1, 'x'),
    record(7, 1, 'x'),
    record(10, 0),
    record(11, 0, new Uint8Array(8)),
  );
  peer.send(request(1, { keepConn: true }));
  await peer.answer(1);
  expect(peer.records.every(({ requestId }) => requestId === 1)).toBe(true);
  expect(errors).toEqual([]);
});

test('answers that the web server does not read stop the reading, and nothing is lost', async () => {
  const { connect } = await start({ responder });
  const peer = await connect();
  peer.stream.pause();
  const unknown = record(250, 0, pattern(8));
  let sent = 0;
  // Until the application no longer reads, or ten times as many as it may keep answers for.
  for (; sent < 100_000; sent += 1) {
    if (!peer.send(unknown)) {
      await new Promise((resolve) => setImmediate(resolve));
      if (peer.stream.writableLength > 0) break;
    }
  }
  expect(sent).toBeLessThan(100_000);
  peer.stream.resume();
  peer.send(request(1, { keepConn: true }));
  await peer.answer(1);
  expect(peer.records.filter(({ type }) => type === Type.unknownType)).toHaveLength(sent + 1);
});
