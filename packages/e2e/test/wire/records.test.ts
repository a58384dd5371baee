import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { hex, join, pairs, pattern, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { TRANSPORTS } from '../../src/wire/probe-process.ts';
import {
  abortRequest,
  begin,
  getValues,
  params,
  request,
  requestBody,
  requestHead,
  streamEnd,
  Type,
  usualParams,
} from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

/** FastCGI 1.0, sections 3.1 and 3.3. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  test('a request may come byte by byte', async () => {
    const connection = await probe().connect();
    for (const byte of request('/echo', { body: 'body' })) {
      connection.send([byte]);
      await turn();
    }
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 4, complete: true });
  });

  test('a request may be cut in two at every byte', async () => {
    const connection = await probe().connect();
    const bytes = request('/echo?cut', { body: 'body' });
    for (let cut = 1; cut < bytes.length; cut += 1) {
      connection.send(bytes.subarray(0, cut));
      await turn();
      connection.send(bytes.subarray(cut));
      const { json } = await connection.answer(1);
      expect([cut, json['query'], json['bodyLength']]).toEqual([cut, 'cut', 4]);
    }
  });

  test('many requests may come in one piece', async () => {
    const connection = await probe().connect();
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    connection.send(...ids.map((id) => request(`/echo?${id}`, { id })));
    for (const id of ids) expect((await connection.answer(id)).json['query']).toBe(String(id));
  });

  test.each([1, 2, 127, 128, 255, 256, 258, 32_768, 65_535])('%i is a request ID', async (id) => {
    const connection = await probe().connect();
    connection.send(request('/early', { id }));
    expect((await connection.answer()).id).toBe(id);
  });

  test.each([0, 1, 255, 256, 258, 32_767, 65_535])(
    'a record may have %i bytes of content',
    async (length) => {
      const connection = await probe().connect();
      const body = pattern(length);
      connection.send(requestHead('/echo', { method: 'POST', contentLength: String(length) }));
      connection.send(length === 0 ? '' : record(Type.stdin, 1, body), streamEnd(Type.stdin, 1));
      const { json } = await connection.answer(1);
      expect(json).toMatchObject({
        bodyLength: length,
        bodyCrc32: crc32(body).toString(16).padStart(8, '0'),
      });
    },
  );

  test.each([0, 1, 7, 8, 255])('every record may have %i bytes of padding', async (padding) => {
    const connection = await probe().connect();
    const list = pairs(usualParams('/echo', { body: 'body' }));
    connection.send(
      record(Type.begin, 1, [0, 1, 1, 0, 0, 0, 0, 0], { padding }),
      record(Type.getValues, 0, pairs([['FCGI_MPXS_CONNS', '']]), { padding }),
      record(77, 0, '', { padding }),
      record(Type.params, 1, list, { padding }),
      record(Type.params, 1, '', { padding }),
      record(Type.stdin, 1, 'body', { padding }),
      record(Type.stdin, 1, '', { padding }),
    );
    expect((await connection.management()).type).toBe(Type.getValuesResult);
    expect((await connection.management()).type).toBe(Type.unknownType);
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 4, complete: true });
    connection.send(begin(2), record(Type.abort, 2, '', { padding }), request('/early', { id: 3 }));
    expect((await connection.answer(2)).protocolStatus).toBe(0);
    expect((await connection.answer(3)).text).toBe('early');
  });

  test('content and padding together may exceed 65,535 bytes', async () => {
    const connection = await probe().connect();
    // What lies in the padding looks like a request; it must not be taken for one.
    const body = pattern(65_535);
    connection.send(requestHead('/echo', { method: 'POST', contentLength: '65535' }));
    connection.send(record(Type.stdin, 1, body, { padding: 255 }), streamEnd(Type.stdin, 1));
    connection.send(request('/early', { id: 2 }));
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 65_535, complete: true });
    expect((await connection.answer(2)).text).toBe('early');
    expect(connection.unfinished).toEqual([]);
  });

  test('reserved bytes are ignored', async () => {
    const connection = await probe().connect();
    const options = { reserved: 255 };
    connection.send(
      record(Type.begin, 1, [0, 1, 1, 255, 255, 255, 255, 255], options),
      record(Type.params, 1, pairs(usualParams('/early')), options),
      record(Type.params, 1, '', options),
      record(Type.stdin, 1, '', options),
    );
    expect((await connection.answer(1)).text).toBe('early');
  });

  test('a stream is what its records hold together, however many they are', async () => {
    const connection = await probe().connect();
    const body = pattern(5_000);
    const pieces = Array.from({ length: 1_000 }, (_, index) =>
      record(Type.stdin, 1, body.subarray(index * 5, index * 5 + 5)),
    );
    connection.send(requestHead('/echo', { method: 'POST', contentLength: '5000' }), ...pieces);
    connection.send(streamEnd(Type.stdin, 1));
    const expected = crc32(body).toString(16).padStart(8, '0');
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 5_000, bodyCrc32: expected });
  });

  test('nothing counts after the end of a stream', async () => {
    const connection = await probe().connect();
    const more = record(Type.params, 1, pairs([['REQUEST_URI', '/early']]));
    connection.send(begin(), params(1, usualParams('/echo')), more, streamEnd(Type.params, 1));
    connection.send(requestBody('', 1), record(Type.stdin, 1, 'late'), streamEnd(Type.stdin, 1));
    expect((await connection.answer(1)).json).toMatchObject({ path: '/echo', bodyLength: 0 });
    await delay(50);
    expect([connection.answers, connection.unfinished, connection.hasEnded]).toEqual([[], [], false]);
  });

  test('eight zero bytes between records are skipped, as Cherokee sends them', async () => {
    const connection = await probe().connect();
    const zeros = hex('00 00 0000 0000 00 00');
    connection.send(requestHead('/echo', { method: 'DELETE' }), streamEnd(Type.stdin, 1), zeros);
    connection.send(streamEnd(Type.stdin, 1), zeros, request('/early', { id: 2 }));
    expect((await connection.answer(1)).json['method']).toBe('DELETE');
    expect((await connection.answer(2)).text).toBe('early');
  });

  test.each([
    ['version 0 and something in it', hex('00 01 0001 0008 00 00  0001 01 0000000000')],
    ['version 2', hex('02 05 0001 0000 00 00')],
    ['version 255', hex('ff 05 0001 0000 00 00')],
    ['BEGIN_REQUEST of the null ID', hex('01 01 0000 0008 00 00  0001 01 0000000000')],
    ['STDIN of the null ID', hex('01 05 0000 0001 00 00  41')],
    ['GET_VALUES of a request', hex('01 09 0001 0000 00 00')],
    ['a BEGIN_REQUEST of 7 bytes', hex('01 01 0001 0007 00 00  0001 01 00000000')],
    ['an HTTP request', join('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a TLS handshake', hex('16 03 01 02 00 01 00 01 fc 03 03')],
  ])('%s ends the connection in peace', async (_name, bytes) => {
    const connection = await probe().connect();
    connection.send(bytes);
    expect(await connection.end()).toBe('end');
    expect(connection.received).toBe(0);
  });

  test.each([
    ['STDOUT', record(Type.stdout, 1, 'Status: 200\r\n\r\nforged')],
    ['STDERR', record(Type.stderr, 1, 'forged')],
    ['END_REQUEST', record(Type.end, 1, [0, 0, 0, 0, 0, 0, 0, 0])],
    ['GET_VALUES_RESULT', record(Type.getValuesResult, 0, pairs([['FCGI_MPXS_CONNS', '0']]))],
    ['UNKNOWN_TYPE', record(Type.unknownType, 0, [9, 0, 0, 0, 0, 0, 0, 0])],
    ['an application record of an unknown type', record(99, 1, 'what')],
    ['ABORT_REQUEST of an ID that is not active', abortRequest(5)],
    ['PARAMS of an ID that is not active', params(5, usualParams('/echo'))],
    ['DATA of an ID that is not active', record(Type.data, 5, 'data')],
    ['DATA of a responder', record(Type.data, 1, 'data')],
  ])('%s is ignored before, within and after a request', async (_name, noise) => {
    const connection = await probe().connect();
    connection.send(noise, requestHead('/echo', { body: 'body' }), noise, requestBody('body'), noise);
    const answer = await connection.answer(1);
    expect([answer.records, answer.json['bodyLength']]).toEqual(['6 6e 3', 4]);
    connection.send(request('/early', { id: 2 }));
    expect((await connection.answer()).id).toBe(2);
  });

  test('a connection that ends in the middle of a record leaves nothing behind', async () => {
    const connection = await probe().connect();
    connection.send(request('/early').subarray(0, 100));
    connection.finish();
    expect(await connection.end()).toBe('end');
  });

  test.each([0, 1, 7, 8, 65_528, 65_535, 65_536, 131_071, 262_080, 262_081, 1_000_000])(
    'an answer of %i bytes comes in records that are whole',
    async (length) => {
      const connection = await probe().connect();
      connection.send(request(`/big?n=${length}`));
      const { body } = await connection.answer(1);
      const expected = Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');
      expect(body.equals(expected)).toBe(true);
    },
  );

  test('GET_VALUES may come between the bytes of any request', async () => {
    const connection = await probe().connect();
    const records = [
      begin(),
      record(Type.params, 1, pairs(usualParams('/echo', { body: 'body' }))),
      streamEnd(Type.params, 1),
      record(Type.stdin, 1, 'body'),
      streamEnd(Type.stdin, 1),
    ];
    for (const one of records) connection.send(getValues(['FCGI_MAX_REQS']), one);
    for (const _one of records) expect((await connection.management()).content.toString()).toContain('16384');
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 4 });
  });
});
