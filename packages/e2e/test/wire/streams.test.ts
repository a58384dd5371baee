import { crc32 } from 'node:zlib';
import { join, pattern, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { growthDuring, MEBIBYTE, warmUp } from '../../src/wire/memory.ts';
import { aWhile } from '../../src/wire/pause.ts';
import { TRANSPORTS } from '../../src/wire/probe-process.ts';
import {
  abortRequest,
  begin,
  params,
  request,
  requestBody,
  requestHead,
  streamEnd,
  Type,
  usualParams,
} from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

/** FastCGI 1.0, sections 5.3, 6.1 and 6.2. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  test('no output comes before PARAMS is complete', async () => {
    const connection = await probe().connect();
    const list = params(1, usualParams('/early'));
    connection.send(begin(), list.subarray(0, -8));
    await aWhile();
    expect(connection.received).toBe(0);
    connection.send(streamEnd(Type.params, 1));
    expect((await connection.answer(1)).text).toBe('early');
  });

  test('output comes while STDIN still does', async () => {
    const connection = await probe().connect();
    connection.send(requestHead('/cat', { method: 'POST', contentLength: '1001' }));
    for (let count = 1; count <= 10; count += 1) {
      connection.send(record(Type.stdin, 1, pattern(100)));
      await connection.reached(
        () => (connection.unfinished[0]?.stdoutLength ?? 0) >= count * 100,
        'the echo',
      );
    }
    connection.send(record(Type.stdin, 1, '.'), streamEnd(Type.stdin, 1));
    const { body } = await connection.answer(1);
    expect(body.length).toBe(1_001);
  });

  test('a large body goes in and out at once, unchanged', async () => {
    const connection = await probe().connect();
    const content = pattern(65_528);
    const pieces = 512;
    connection.send(requestHead('/cat', { method: 'POST', contentLength: String(pieces * content.length) }));
    const piece = record(Type.stdin, 1, content);
    for (let sent = 0; sent < pieces; sent += 1) {
      if (!connection.sendArray(piece)) await connection.sent();
    }
    connection.send(streamEnd(Type.stdin, 1));
    const { body } = await connection.answer(1);
    let sum = 0;
    for (let sent = 0; sent < pieces; sent += 1) sum = crc32(content, sum);
    expect([body.length, crc32(body)]).toEqual([pieces * content.length, sum]);
  });

  test('an answer of 1 GB is made as fast as it is taken, not faster', async () => {
    await warmUp(probe());
    const connection = await probe().connect({ keepBodies: false });
    const { growth } = await growthDuring(probe(), async () => {
      connection.send(request('/big?n=1000000000'));
      connection.pause();
      await aWhile();
      connection.resume();
      const { stdoutLength } = await connection.answer(1);
      expect(stdoutLength).toBeGreaterThan(1_000_000_000);
    });
    expect(growth).toBeLessThan(32 * MEBIBYTE);
  });

  test.each([
    ['n=0', []],
    ['n=1', ['probe-stderr-0\n']],
    ['n=3', ['probe-stderr-0\n', 'probe-stderr-1\n', 'probe-stderr-2\n']],
  ])('STDERR comes in whole lines and is ended if there was any (%s)', async (query, lines) => {
    const answer = await probe().ask(`/stderr?${query}`);
    expect(answer.stderrRecords.filter((text) => text !== '')).toEqual(lines);
    expect(answer.text).toBe('stderr ok');
    expect(answer.records.includes('7e')).toBe(lines.length > 0);
  });

  test('a million bytes of STDERR arrive in records that are whole', async () => {
    const answer = await probe().ask('/stderr?bytes=1000000');
    expect(answer.stderr).toBe('E'.repeat(1_000_000));
    expect(answer.text).toBe('stderr ok');
  });

  test('a body shorter than CONTENT_LENGTH is told as such', async () => {
    const { json } = await probe().ask('/echo', { body: 'short', contentLength: '10' });
    expect(json).toMatchObject({ bodyLength: 5, contentLength: '10', complete: false });
  });

  test('a body longer than CONTENT_LENGTH is cut there, and what is beyond is never read as records', async () => {
    const connection = await probe().connect();
    const forged = request('/abort?token=forged&ms=1', { id: 77 });
    connection.send(requestHead('/echo', { method: 'POST', contentLength: '4' }));
    connection.send(record(Type.stdin, 1, join('body', forged)), streamEnd(Type.stdin, 1));
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 4, complete: true });
    connection.send(request('/abortinfo?token=forged', { id: 2 }));
    expect((await connection.answer()).json).toEqual({ state: null });
  });

  test('CONTENT_LENGTH=0 is a whole body, though no STDIN record comes', async () => {
    const connection = await probe().connect();
    connection.send(requestHead('/echo', { method: 'POST', contentLength: '0' }));
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 0, complete: true });
  });

  test.each([0, 1, 10_000, 100_000, 1_000_000])(
    'an application may read %i of 200,000 bytes and answer',
    async (wanted) => {
      const connection = await probe().connect();
      connection.send(request(`/partial?n=${wanted}`, { body: pattern(200_000) }));
      expect((await connection.answer(1)).text).toBe('partial');
      connection.send(request('/echo?next', { id: 2 }));
      expect((await connection.answer(2)).json['query']).toBe('next');
    },
  );

  test('an application that writes nothing is answered for: 500', async () => {
    const answer = await probe().ask('/nothing');
    expect([answer.status, answer.appStatus, answer.protocolStatus]).toEqual([500, 1, 0]);
  });

  test('STDERR of a request that is aborted ends with it', async () => {
    const connection = await probe().connect();
    connection.pause();
    connection.send(request('/stderr?n=100000'), abortRequest());
    connection.resume();
    expect((await connection.answer(1)).records.endsWith(' 3')).toBe(true);
    connection.send(request('/early', { id: 2 }));
    expect((await connection.answer()).id).toBe(2);
  });

  test('streams of several requests may interleave byte by byte', async () => {
    const connection = await probe().connect();
    const ids = [3, 1, 65_535, 256];
    const body = pattern(100);
    for (const id of ids)
      connection.send(requestHead(`/echo?${id}`, { id, method: 'POST', contentLength: '100' }));
    for (let position = 0; position < body.length; position += 1) {
      for (const id of ids) connection.send(record(Type.stdin, id, body.subarray(position, position + 1)));
    }
    for (const id of ids) connection.send(requestBody('', id));
    for (const id of ids) {
      expect((await connection.answer(id)).json).toMatchObject({ query: String(id), bodyLength: 100 });
    }
  });
});
