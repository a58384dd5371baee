import { crc32 } from 'node:zlib';
import { pattern, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { aWhile } from '../../src/wire/pause.ts';
import { TRANSPORTS } from '../../src/wire/probe-process.ts';
import {
  abortRequest,
  ProtocolStatus,
  request,
  requestHead,
  streamEnd,
  Type,
} from '../../src/wire/requests.ts';
import { useProbe, withProbe } from '../../src/wire/use-probe.ts';

/** What one connection may have at once; others are served beside it. */
const REQUESTS = 1_024;
/** What a request may leave unread before it counts as full, and all of a connection together, in bytes. */
const REQUEST_BUFFER = 131_072;
const CONNECTION_BUFFER = 1_048_576;

/** FastCGI 1.0, sections 3.3 and 5.5, appendix B.4. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  test('requests end in the order in which they are ready', async () => {
    const connection = await probe().connect();
    for (const [id, ms] of [300, 100, 200, 0].entries()) {
      connection.send(request(`/slow?ms=${ms}`, { id: id + 1 }));
    }
    const order: number[] = [];
    for (let count = 0; count < 4; count += 1) order.push((await connection.answer()).id);
    expect(order).toEqual([4, 2, 3, 1]);
  });

  test('uploads of many sizes on one connection all arrive whole', async () => {
    const connection = await probe().connect();
    const lengths = [0, 1, 1_000, 65_535, 65_536, 100_000, 300_000, 1_000_000];
    for (const [index, length] of lengths.entries()) {
      connection.send(requestHead('/echo', { id: index + 1, method: 'POST', contentLength: String(length) }));
    }
    const bodies = lengths.map((length) => pattern(length, length & 255));
    for (let offset = 0; offset < 1_000_000; offset += 7_777) {
      for (const [index, body] of bodies.entries()) {
        const content = body.subarray(offset, offset + 7_777);
        if (content.length > 0) connection.send(record(Type.stdin, index + 1, content));
      }
    }
    for (const [index, body] of bodies.entries()) {
      connection.send(streamEnd(Type.stdin, index + 1));
      const { json } = await connection.answer(index + 1);
      const expected = crc32(body).toString(16).padStart(8, '0');
      expect(json).toMatchObject({ bodyLength: body.length, bodyCrc32: expected, complete: true });
    }
  });

  test('a body that nobody reads does not keep its neighbours from being served', async () => {
    const connection = await probe().connect();
    connection.send(requestHead('/slow?ms=1000', { method: 'POST', contentLength: '10000000' }));
    connection.send(
      record(Type.stdin, 1, new Uint8Array(65_000)),
      record(Type.stdin, 1, new Uint8Array(65_000)),
    );
    // Full by now; a neighbour that still takes something keeps the connection going.
    connection.send(record(Type.stdin, 1, new Uint8Array(REQUEST_BUFFER - 130_000)));
    for (let id = 2; id < 50; id += 1) {
      connection.send(requestHead('/echo', { id, method: 'POST', contentLength: '2000' }));
      connection.send(record(Type.stdin, id, new Uint8Array(2_000)), streamEnd(Type.stdin, id));
    }
    for (let id = 2; id < 50; id += 1) {
      expect((await connection.answer(id)).json).toMatchObject({ bodyLength: 2_000, complete: true });
    }
    expect((await connection.answer(1)).text).toBe('slow');
  });

  test('ABORT_REQUEST gets through although a neighbour leaves its body unread', async () => {
    const connection = await probe().connect();
    connection.send(requestHead('/slow?ms=1000', { method: 'POST', contentLength: '10000000' }));
    connection.send(record(Type.stdin, 1, new Uint8Array(60_000)));
    connection.send(request('/abort?token=neighbour&ms=10000', { id: 2 }), abortRequest(2));
    expect((await connection.answer(2)).records).toBe('6e 3');
    expect(connection.answers).toEqual([]);
  });

  test('a connection whose requests are all full is read again when one of them goes on', async () => {
    const connection = await probe().connect();
    const length = CONNECTION_BUFFER * 2;
    connection.send(requestHead('/slow?ms=500', { id: 1, method: 'POST', contentLength: String(length) }));
    const content = new Uint8Array(32_768);
    for (let sent = 0; sent < length; sent += content.length) connection.send(record(Type.stdin, 1, content));
    connection.send(streamEnd(Type.stdin, 1), request('/echo?after', { id: 2 }));
    await aWhile();
    expect(connection.answers).toEqual([]);
    expect((await connection.answer(1)).text).toBe('slow');
    expect((await connection.answer(2)).json['query']).toBe('after');
  });

  test('large answers on one connection do not mix', async () => {
    const connection = await probe().connect();
    const ids = [1, 2, 3, 4, 5];
    for (const id of ids) connection.send(request(`/big?n=${id * 500_000}`, { id }));
    for (const id of ids) {
      const { body } = await connection.answer(id);
      expect(body.equals(Buffer.alloc(id * 500_000, 'abcdefghijklmnopqrstuvwxyz'))).toBe(true);
    }
  });

  test(`${REQUESTS} requests of a connection are served at once, one more is told FCGI_OVERLOADED, and others are served`, async () => {
    await withProbe(transport, async (own) => {
      const connection = await own.connect();
      for (let id = 1; id <= REQUESTS + 1; id += 1) connection.send(request('/slow?ms=1500', { id }));
      const refused = await connection.answer();
      expect([refused.id, refused.status]).toEqual([REQUESTS + 1, 503]);
      expect(refused.protocolStatus).toBe(ProtocolStatus.overloaded);
      const elsewhere = await own.ask('/early');
      expect([elsewhere.status, elsewhere.protocolStatus]).toEqual([200, ProtocolStatus.complete]);
      for (let id = 1; id <= REQUESTS; id += 1) expect((await connection.answer(id)).text).toBe('slow');
      connection.send(request('/early'));
      expect((await connection.answer(1)).text).toBe('early');
    });
  });
});
