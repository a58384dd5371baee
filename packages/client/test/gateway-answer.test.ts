import { setTimeout as sleep } from 'node:timers/promises';
import { record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { gatewayAnswering, gatewayFor, paramsOf } from './gateway-for.ts';
import { exchange, parseAnswer, RawHttp, valuesOf } from './http-client.ts';
import { document, endRecord, type RawRequest, startPeer, Type } from './peer.ts';

describe('an answer', () => {
  test('has the status, reason and fields of the application, repeated ones apart', async () => {
    const { url } = await gatewayAnswering(
      'Status: 418 Kanne\r\nSet-Cookie: a=1\r\nX: \xe9\r\nSet-Cookie: b=2\r\nContent-Length: 3\r\n\r\ntea',
    );
    const got = await exchange(url, 'GET / HTTP/1.1\r\n');
    expect(got.head).toMatch(/^HTTP\/1\.1 418 Kanne\r\n/);
    expect(valuesOf(got, 'set-cookie')).toEqual(['a=1', 'b=2']);
    expect(valuesOf(got, 'x')).toEqual(['\xe9']);
    expect(valuesOf(got, 'status')).toEqual([]);
    expect(got.body).toBe('tea');
  });

  test('has the usual reason where the application gave none', async () => {
    const { url } = await gatewayAnswering('Status: 404\n\n');
    expect((await exchange(url, 'GET / HTTP/1.1\r\n')).head).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  });

  test('has no fields about the connection', async () => {
    const { url } = await gatewayAnswering(
      'Connection: x-secret, keep-alive\nKeep-Alive: timeout=99\nTransfer-Encoding: gzip\nUpgrade: h2\nTrailer: a\nX-Secret: b\nContent-Length: 2\n\nok',
    );
    const got = await exchange(url, 'GET / HTTP/1.1\r\n');
    expect(got.head).not.toMatch(/timeout=99|gzip|h2|trailer|secret/i);
    expect(valuesOf(got, 'connection')).toEqual(['close']);
    expect(got.body).toBe('ok');
  });

  test('to HEAD, and with 204 and 304, has no body, and the connection goes on', async () => {
    const { peer, url } = await gatewayAnswering(({ params }) => {
      const path = Object.fromEntries(params)['PATH_INFO'];
      return `Status: ${path?.slice(1)} X\nContent-Length: 4\n\nbody`;
    });
    const http = new RawHttp(url);
    const ask = async (line: string) => {
      http.received = '';
      http.send(`${line} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await expect.poll(() => http.received).toContain('\r\n\r\n');
      return parseAnswer(http.received);
    };
    const head = await ask('HEAD /200');
    expect([head.status, head.body, valuesOf(head, 'content-length')]).toEqual([200, '', ['4']]);
    const empty = await ask('GET /204');
    expect([empty.status, empty.body, valuesOf(empty, 'content-length')]).toEqual([204, '', []]);
    const unchanged = await ask('GET /304');
    expect([unchanged.status, unchanged.body]).toEqual([304, '']);
    const plain = await ask('GET /200');
    expect([plain.status, plain.body]).toEqual([200, 'body']);
    expect(peer.connections).toHaveLength(1);
  });

  test('to HEAD with a long body aborts the request instead of reading it', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('x'.repeat(60_000))));
      for (let i = 0; i < 10; i += 1) connection.send(record(Type.stdout, requestId, 'x'.repeat(60_000)));
    });
    const url = await gatewayFor(peer);
    expect((await exchange(url, 'HEAD / HTTP/1.1\r\n')).status).toBe(200);
    await (await peer.accept()).recordsTo(Type.stdin).catch(() => {});
    await expect.poll(() => peer.connections[0]!.records.map(({ type }) => type)).toContain(Type.abort);
  });

  test('to HEAD with a body that never ends aborts the request', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('data: x\n\n')));
    });
    const url = await gatewayFor(peer);
    expect((await exchange(url, 'HEAD / HTTP/1.1\r\n')).status).toBe(200);
    await expect.poll(() => peer.connections[0]!.records.map(({ type }) => type)).toContain(Type.abort);
  });

  test('sends its head before there is a body', async () => {
    let sendBody = () => {};
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, 'Content-Type: text/event-stream\n\n'));
      sendBody = () => connection.send(record(Type.stdout, requestId, 'data: x\n\n'), endRecord(requestId));
    });
    const http = new RawHttp(await gatewayFor(peer));
    http.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await expect.poll(() => http.received).toContain('event-stream');
    expect(http.received).not.toContain('data:');
    sendBody();
    expect(await http.all()).toContain('data: x');
  });

  test('that is longer than its Content-Length is cut, and onError told', async () => {
    const errors: unknown[] = [];
    const { url } = await gatewayAnswering('Content-Length: 4\n\nbody and HTTP/1.1 200 forged', {
      onError: (error) => errors.push(error),
    });
    expect((await exchange(url, 'GET / HTTP/1.1\r\n')).body).toBe('body');
    await expect
      .poll(() => errors.map(String))
      .toEqual([expect.stringMatching(/longer than its Content-Length/)]);
  });

  test('that is shorter than its Content-Length ends with the connection', async () => {
    const errors: unknown[] = [];
    const { url } = await gatewayAnswering('Content-Length: 40\n\nbody', {
      onError: (error) => errors.push(error),
    });
    const http = new RawHttp(url);
    http.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(parseAnswer(await http.all()).body).toBe('body');
    expect(errors.map(String)).toEqual([expect.stringMatching(/shorter than its Content-Length/)]);
  });

  test('that breaks off ends with the connection, and not as if it were whole', async () => {
    const errors: unknown[] = [];
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('half')));
      await sleep(20);
      connection.socket.destroy();
    });
    const http = new RawHttp(await gatewayFor(peer, { onError: (error) => errors.push(error) }));
    http.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const text = await http.all();
    expect(text).toContain('half');
    // The last chunk of a whole chunked body.
    expect(text).not.toContain('\r\n0\r\n\r\n');
    expect(errors).toMatchObject([{ code: 'FCGI_CONNECTION_CLOSED' }]);
  });

  test('that the HTTP client does not read stops the application, and then the connection', async () => {
    const errors: unknown[] = [];
    let sent = 0;
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('')));
      const piece = Buffer.from(record(Type.stdout, requestId, 'x'.repeat(60_000)));
      const more = () => {
        while (!connection.isClosed) {
          sent += piece.length;
          if (!connection.socket.write(piece)) return;
        }
      };
      connection.socket.on('drain', more);
      more();
    });
    const url = await gatewayFor(peer, {
      limits: { writeStallTimeout: 500 },
      onError: (error) => errors.push(error),
    });
    const http = new RawHttp(url);
    http.socket.pause();
    http.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    let before = -1;
    const isAtRest = () => {
      const isSame = sent === before;
      before = sent;
      return isSame;
    };
    await expect.poll(isAtRest, { interval: 100 }).toBe(true);
    // What the buffers of four sockets hold.
    expect(sent).toBeLessThan(20_000_000);
    await expect.poll(() => errors.map(String)).toEqual([expect.stringMatching(/took no byte/)]);
    await expect.poll(() => peer.connections[0]!.records.map(({ type }) => type)).toContain(Type.abort);
  });
});

describe('a local redirect', () => {
  test('is followed inside, as a GET with no body', async () => {
    const { requests, url } = await gatewayAnswering(({ params }) =>
      Object.fromEntries(params)['PATH_INFO'] === '/new path'
        ? document('arrived')
        : 'Location: /new%20path?q=1\n\n',
    );
    const start = 'POST /old HTTP/1.1\r\nContent-Length: 2\r\nContent-Type: a/b\r\nX-Y: z\r\n';
    const got = await exchange(url, start, 'hi');
    expect(got).toMatchObject({ status: 200, body: expect.stringContaining('arrived') });
    expect(requests).toHaveLength(2);
    expect(requests[1]!.stdin).toHaveLength(0);
    const params = paramsOf(requests[1]!);
    expect(params).toMatchObject({
      HTTP_X_Y: 'z',
      QUERY_STRING: 'q=1',
      REQUEST_METHOD: 'GET',
      REQUEST_URI: '/new%20path?q=1',
    });
    expect(params).not.toHaveProperty('CONTENT_LENGTH');
    expect(params).not.toHaveProperty('CONTENT_TYPE');
  });

  test('stays a HEAD', async () => {
    const { requests, url } = await gatewayAnswering(({ params }) =>
      Object.fromEntries(params)['PATH_INFO'] === '/new' ? document('') : 'Location: /new\n\n',
    );
    await exchange(url, 'HEAD /old HTTP/1.1\r\n');
    expect(requests.map((request) => paramsOf(request)['REQUEST_METHOD'])).toEqual(['HEAD', 'HEAD']);
  });

  test('is followed as often as the limit says', async () => {
    const chain = ({ params }: RawRequest) => {
      const step = Number(Object.fromEntries(params)['PATH_INFO']?.slice(1));
      return step === 0 ? document('arrived') : `Location: /${step - 1}\n\n`;
    };
    const { url } = await gatewayAnswering(chain, { explain: true });
    expect((await exchange(url, 'GET /10 HTTP/1.1\r\n')).body).toContain('arrived');
    const tooMany = await exchange(url, 'GET /11 HTTP/1.1\r\n');
    expect(tooMany).toMatchObject({ status: 502, body: expect.stringContaining('10 local redirects') });
  });

  test("out of the mount point is the HTTP client's to follow, as are all others", async () => {
    for (const location of ['/elsewhere', '//other.example/', 'http://other.example/']) {
      const { requests, url } = await gatewayAnswering(`Location: ${location}\n\n`, { mount: '/app' });
      const got = await exchange(url, 'GET /app/x HTTP/1.1\r\n');
      expect(got.status).toBe(302);
      expect(valuesOf(got, 'location')).toEqual([location]);
      expect(requests).toHaveLength(1);
    }
  });
});
