import { createServer, type FcgiServer } from '@fcgi-js/server';
import { join, pattern, record } from 'test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { filter } from '../../src/apps/probe/filter.ts';
import { respond } from '../../src/apps/probe/routes.ts';
import { until } from '../../src/poll.ts';
import { socketPath } from '../../src/wire/probe-process.ts';
import { Role, request, requestBody, requestHead, Type } from '../../src/wire/requests.ts';
import { WireConnection } from '../../src/wire/wire-connection.ts';

/** Every wait has its end after this time, so that the tests need not wait for the defaults. In milliseconds. */
const SOON = 400;

/** A silent peer at every point where something is waited for: each is given up, and its place is free. */
describe('a web server that falls silent', () => {
  let server: FcgiServer;
  let path = '';
  const connections: WireConnection[] = [];

  beforeEach(async () => {
    server = createServer({
      responder: respond,
      filter,
      limits: {
        bodyStallTimeout: SOON,
        idleTimeout: SOON,
        incompleteRequestTimeout: SOON,
        lingerTimeout: SOON,
        writeStallTimeout: SOON,
      },
      onError: () => undefined,
    });
    path = socketPath();
    await server.listen(path);
  });

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await server.close();
  });

  async function open(): Promise<WireConnection> {
    const connection = await WireConnection.open({ path });
    connections.push(connection);
    return connection;
  }

  async function untilAllIsFree(): Promise<void> {
    const isFree = () => {
      const { activeRequests, connections: open } = server.stats();
      return (activeRequests === 0 && open === 0) || undefined;
    };
    await until(isFree, { what: 'end of all requests and connections' });
  }

  /** Sends every prefix of some bytes, each on a connection of its own, and nothing after it. */
  async function fallSilentEverywhere(bytes: Uint8Array): Promise<void> {
    for (let length = 0; length <= bytes.length; length += 1) {
      const connection = await open();
      connection.send(bytes.subarray(0, length));
    }
    await untilAllIsFree();
    for (const connection of connections) await connection.end();
  }

  test.each([
    ['/echo', true],
    ['/echo', false],
    ['/cat', true],
    ['/early', true],
    ['/partial?n=3', false],
  ])('after any byte of a request for %s is given up (kept: %s)', async (uri, keep) => {
    await fallSilentEverywhere(request(uri, { body: 'body', keep }));
  });

  test('after any byte of a request for a filter is given up', async () => {
    const head = requestHead('/filter', {
      role: Role.filter,
      body: 'body',
      params: [['FCGI_DATA_LENGTH', '4']],
    });
    await fallSilentEverywhere(
      join(head, requestBody('body'), record(Type.data, 1, 'data'), record(Type.data, 1)),
    );
  });

  test('after any byte of a second request is given up, the first having been answered', async () => {
    const first = request('/early');
    const second = request('/echo', { id: 2, body: 'body' });
    for (let length = 1; length < second.length; length += 7) {
      const connection = await open();
      connection.send(first, second.subarray(0, length));
      expect((await connection.answer(1)).text).toBe('early');
    }
    await untilAllIsFree();
  });

  test('after any byte of a request that is one of two is given up, the other being served', async () => {
    const second = request('/echo', { id: 2, body: 'body' });
    const slow = request(`/slow?ms=${2 * SOON}`);
    for (let length = 1; length < second.length; length += 7) {
      const connection = await open();
      connection.send(slow, second.subarray(0, length));
    }
    for (const connection of connections) expect((await connection.answer(1)).text).toBe('slow');
    await untilAllIsFree();
  });

  test.each(['/big?n=100000000', '/stderr?bytes=100000000', '/cat'])(
    'and does not read the answer of %s is given up',
    async (uri) => {
      const connection = await open();
      connection.pause();
      connection.send(request(uri, { body: pattern(60_000) }));
      if (uri === '/cat') {
        connection.send(requestHead(uri, { id: 2, method: 'POST' }));
        for (let sent = 0; sent < 100; sent += 1) connection.send(record(Type.stdin, 2, pattern(65_000)));
      }
      await untilAllIsFree();
    },
  );

  test('between requests is given up', async () => {
    const connection = await open();
    connection.send(request('/early'));
    await connection.answer(1);
    expect(await connection.end()).toBe('end');
    await untilAllIsFree();
  });

  test('after its last request, without closing its side, is given up', async () => {
    const connection = await open();
    connection.send(request('/early', { keep: false }));
    await connection.answer(1);
    expect(await connection.end()).toBe('end');
    await untilAllIsFree();
  });

  test('with nothing but management records is given up', async () => {
    const connection = await open();
    connection.send(record(99, 0));
    await connection.management();
    expect(await connection.end()).toBe('end');
    await untilAllIsFree();
  });

  test('but sends a byte of the body now and then is served', async () => {
    const connection = await open();
    connection.send(requestHead('/echo', { method: 'POST', contentLength: '10' }));
    for (const byte of pattern(10)) {
      await new Promise((resolve) => setTimeout(resolve, SOON / 4));
      connection.send(record(Type.stdin, 1, [byte]));
    }
    connection.send(record(Type.stdin, 1));
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 10, complete: true });
  });

  test('but reads a little of the answer now and then is served', async () => {
    const connection = await open();
    connection.send(request('/big?n=5000000'));
    while (connection.answers.length === 0) {
      connection.pause();
      await new Promise((resolve) => setTimeout(resolve, SOON / 4));
      connection.resume();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await connection.answer(1)).body.length).toBe(5_000_000);
  });
});
