import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGateway, FcgiClient, type GatewayOptions } from '@fcgi-js/client';
import { join, record } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exchange, parseAnswer, RawHttp, valuesOf } from './http-client.ts';
import {
  answer,
  document,
  endRecord,
  type Peer,
  type RawRequest,
  startPeer,
  startResponder,
  Type,
} from './peer.ts';

/** A gateway on a free port, in front of `application`, which ends with the test. */
async function gatewayFor(application: Peer | string, options: GatewayOptions = {}): Promise<string> {
  const address = typeof application === 'string' ? application : application.address;
  const gateway = createGateway(options.client === undefined ? { address, ...options } : options);
  onTestFinished(() => gateway.close({ timeout: 1 }));
  return (await gateway.listen({ port: 0 })).url;
}

/** A gateway whose application answers everything with `stdout`. */
async function gatewayAnswering(
  stdout: string | ((request: RawRequest) => string),
  options: GatewayOptions = {},
) {
  const requests: RawRequest[] = [];
  const peer = await startResponder((request) => {
    requests.push(request);
    return answer(request.requestId, typeof stdout === 'string' ? stdout : stdout(request));
  });
  return { peer, requests, url: await gatewayFor(peer, options) };
}

const paramsOf = ({ params }: RawRequest) => Object.fromEntries(params);

describe('a request', () => {
  test('reaches the application with its params and its body', async () => {
    const { requests, url } = await gatewayAnswering(document('hello'), {
      mount: '/app',
      params: { EXTRA: 'yes' },
    });
    const start = 'POST /app/a%20b?c HTTP/1.1\r\nX-Y: z\r\nContent-Length: 4\r\nContent-Type: a/b\r\n';
    const { body, status } = await exchange(url, start, 'body');
    expect({ body: body.includes('hello'), status }).toEqual({ body: true, status: 200 });
    expect(requests[0]!.stdin.toString()).toBe('body');
    expect(paramsOf(requests[0]!)).toMatchObject({
      CONTENT_LENGTH: '4',
      CONTENT_TYPE: 'a/b',
      EXTRA: 'yes',
      HTTP_X_Y: 'z',
      PATH_INFO: '/a b',
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: 'POST',
      REQUEST_URI: '/app/a%20b?c',
      SCRIPT_NAME: '/app',
    });
  });

  test('can have params that depend on it', async () => {
    const { requests, url } = await gatewayAnswering(document(''), {
      params: ({ headers }) =>
        headers['x-user'] === undefined ? undefined : { REMOTE_USER: `${headers['x-user']}` },
    });
    await exchange(url, 'GET / HTTP/1.1\r\nX-User: me\r\n');
    await exchange(url, 'GET / HTTP/1.1\r\n');
    expect(requests.map((request) => paramsOf(request)['REMOTE_USER'])).toEqual(['me', undefined]);
  });

  test('with a chunked body has its true length, or none above the limit', async () => {
    const { requests, url } = await gatewayAnswering(document(''), { limits: { collectBytes: 10 } });
    const send = (chunks: string[]) =>
      exchange(
        url,
        'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n',
        `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`,
      );
    await send(['12345', '67890']);
    await send(['12345', '678901']);
    await send([]);
    expect(requests.map(({ stdin }) => stdin.toString())).toEqual(['1234567890', '12345678901', '']);
    expect(requests.map((request) => paramsOf(request)['CONTENT_LENGTH'])).toEqual(['10', undefined, '0']);
    expect(requests.map((request) => paramsOf(request)['HTTP_TRANSFER_ENCODING'])).toEqual(
      Array(3).fill(undefined),
    );
  });

  test('is streamed both ways while it is still coming', async () => {
    const peer = await startPeer(async (connection) => {
      const [begin] = await connection.recordsTo(Type.params);
      const requestId = begin!.requestId;
      connection.send(record(Type.stdout, requestId, document('')));
      for (;;) {
        const { content } = await connection.record();
        if (content.length === 0) break;
        connection.send(record(Type.stdout, requestId, `<${content}>`));
      }
      connection.send(endRecord(requestId));
    });
    const http = new RawHttp(await gatewayFor(peer));
    http.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabc');
    await expect.poll(() => http.received).toContain('<abc>');
    http.send('def');
    expect(await http.all()).toContain('<def>');
  });

  test('that waits for 100 Continue gets it', async () => {
    const { requests, url } = await gatewayAnswering(document('done'));
    const http = new RawHttp(url);
    http.send(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n',
    );
    await expect.poll(() => http.received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    http.send('hi');
    expect(await http.all()).toContain('done');
    expect(requests[0]!.stdin.toString()).toBe('hi');
    expect(paramsOf(requests[0]!)).not.toHaveProperty('HTTP_EXPECT');
  });

  test('on a kept connection follows another, with bodies that nobody read in between', async () => {
    const peer = await startPeer(async (connection) => {
      for (;;) {
        const [begin] = await connection.recordsTo(Type.params);
        connection.socket.pause();
        connection.send(answer(begin!.requestId, document('early')));
        await connection.closed;
      }
    });
    const http = new RawHttp(await gatewayFor(peer));
    const body = 'x'.repeat(900_000);
    http.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await expect.poll(() => http.received.match(/early/g)?.length).toBe(1);
    http.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect((await http.all()).match(/early/g)).toHaveLength(2);
  });

  test('with a body that goes on for ever after the answer loses its connection', async () => {
    for (const limits of [{ discardBytes: 100_000 }, { discardTimeout: 50 }]) {
      const peer = await startPeer(async (connection) => {
        const [begin] = await connection.recordsTo(Type.params);
        connection.send(answer(begin!.requestId, document('early')));
      });
      const http = new RawHttp(await gatewayFor(peer, { limits }));
      http.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n');
      const timer = setInterval(() => http.send('x'.repeat('discardBytes' in limits ? 20_000 : 1)), 5);
      onTestFinished(() => clearInterval(timer));
      expect(await http.all()).toContain('early');
    }
  });
});

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

  test('sends its head before there is a body', async () => {
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, 'Content-Type: text/event-stream\n\n'));
      await sleep(100);
      connection.send(record(Type.stdout, requestId, 'data: x\n\n'), endRecord(requestId));
    });
    const http = new RawHttp(await gatewayFor(peer));
    http.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await expect.poll(() => http.received).toContain('event-stream');
    expect(http.received).not.toContain('data:');
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
    await sleep(250);
    const atRest = sent;
    await sleep(50);
    expect(sent).toBe(atRest);
    // What the buffers of four sockets hold.
    expect(sent).toBeLessThan(20_000_000);
    await expect
      .poll(() => errors.map(String), { timeout: 5_000 })
      .toEqual([expect.stringMatching(/took no byte/)]);
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
    const { url } = await gatewayAnswering(chain);
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

describe('what is refused', () => {
  test.each([
    ['a path outside the mount point', 'GET /apple HTTP/1.1\r\n', 404],
    ['a path with a NUL', 'GET /app/%00 HTTP/1.1\r\n', 400],
    ['two hosts', 'GET /app HTTP/1.1\r\nHost: a\r\nHost: b\r\n', 400],
    ['a WebSocket', 'GET /app HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n', 501],
  ])('is %s', async (_name, start, status) => {
    const { requests, url } = await gatewayAnswering(document(''), { mount: '/app' });
    expect(await exchange(url, start)).toMatchObject({ status });
    expect(requests).toHaveLength(0);
  });

  test('is not another upgrade: that is a request like any other', async () => {
    const { requests, url } = await gatewayAnswering(document(''));
    await exchange(url, 'GET / HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n');
    expect(paramsOf(requests[0]!)).not.toHaveProperty('HTTP_UPGRADE');
  });

  test('is to be a proxy: an absolute target reaches the application only', async () => {
    const other = createServer((_req, res) => res.end('reached')).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    const { requests, url } = await gatewayAnswering(document('ours'));
    const got = await exchange(url, 'GET http://127.0.0.1:1/secret HTTP/1.1\r\n');
    expect(got.body).toContain('ours');
    expect(paramsOf(requests[0]!)).toMatchObject({ HTTP_HOST: '127.0.0.1:1', PATH_INFO: '/secret' });
    const http = new RawHttp(url);
    http.send('CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await http.all()).toBe('');
  });

  test('is an answer with a status below 200', async () => {
    const { url } = await gatewayAnswering('Status: 103 Early\n\n');
    expect((await exchange(url, 'GET / HTTP/1.1\r\n')).status).toBe(502);
  });
});

describe('a failure', () => {
  test('to find the application says what was tried and what to do', async () => {
    const errors: unknown[] = [];
    const path = joinPath(tmpdir(), 'fcgi-gateway-no-such.sock');
    const url = await gatewayFor(path, { onError: (error) => errors.push(error) });
    const got = await exchange(url, 'GET / HTTP/1.1\r\n');
    expect(got.status).toBe(502);
    expect(valuesOf(got, 'content-type')).toEqual(['text/plain; charset=utf-8']);
    expect(got.body).toBe(
      [
        '502 Bad Gateway',
        '',
        `Cannot connect to unix:${path} (ENOENT).`,
        `Application: unix:${path}`,
        'Error: FCGI_CONNECT_FAILED',
        'There is no such socket: start the application, or correct the path.',
        '',
      ].join('\n'),
    );
    expect(errors).toMatchObject([{ code: 'FCGI_CONNECT_FAILED' }]);
  });

  test('says nothing of it to clients elsewhere, or where that is not wanted', async () => {
    const path = joinPath(tmpdir(), 'fcgi-gateway-no-such.sock');
    const url = await gatewayFor(path);
    const proxied = await exchange(url, 'GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\n');
    expect(proxied).toMatchObject({ status: 502, body: '502 Bad Gateway\n' });
    const silent = await gatewayFor(path, { explain: false });
    expect((await exchange(silent, 'GET / HTTP/1.1\r\n')).body).toBe('502 Bad Gateway\n');
    const open = await gatewayFor(path, { explain: true });
    expect((await exchange(open, 'GET / HTTP/1.1\r\nX-Forwarded-For: x\r\n')).body).toContain('ENOENT');
  });

  test('to HEAD has no body', async () => {
    const url = await gatewayFor(joinPath(tmpdir(), 'fcgi-gateway-no-such.sock'));
    expect(await exchange(url, 'HEAD / HTTP/1.1\r\n')).toMatchObject({ status: 502, body: '' });
  });

  test.each([
    ['says nothing', () => '', 504, 'FCGI_FIRST_BYTE_TIMEOUT'],
    ['is no FastCGI application', () => 'HTTP/1.1 400 Bad Request\r\n\r\n', 502, 'may not speak FastCGI'],
    ['is overloaded', (id: number) => endRecord(id, 0, 2), 503, 'FCGI_OVERLOADED'],
    ['does not know the role', (id: number) => endRecord(id, 0, 3), 502, 'FCGI_UNKNOWN_ROLE'],
    ['answers nothing', (id: number) => endRecord(id), 502, 'FCGI_NO_ANSWER'],
    ['breaks its head', (id: number) => answer(id, '<b>Fatal error</b>\n\n'), 502, 'FCGI_HEAD_INVALID_LINE'],
  ])('of an application that %s has its status', async (_name, make, status, words) => {
    const peer = await startResponder(({ requestId }) => make(requestId));
    const client = new FcgiClient({
      address: peer.address,
      limits: { firstByteTimeout: 60, abortTimeout: 10 },
    });
    onTestFinished(() => client.close({ timeout: 1 }));
    const got = await exchange(await gatewayFor(peer, { client }), 'GET / HTTP/1.1\r\n');
    expect(got).toMatchObject({ status, body: expect.stringContaining(words) });
    expect(got.body).not.toContain('Fatal');
  });

  test('of a callback for params or errors is not the end of the gateway', async () => {
    const { url } = await gatewayAnswering(document('fine'), {
      onError: () => {
        throw new Error('onError');
      },
      params: ({ url: target }) => {
        if (target === '/bad') throw new Error('params secret');
        return undefined;
      },
    });
    const got = await exchange(url, 'GET /bad HTTP/1.1\r\n');
    expect(got.status).toBe(500);
    expect(got.body).not.toContain('secret');
    expect((await exchange(url, 'GET /good HTTP/1.1\r\n')).body).toContain('fine');
  });

  test('gives STDERR to its callback', async () => {
    const lines: string[] = [];
    const peer = await startResponder(({ requestId }) =>
      join(record(Type.stderr, requestId, 'warning'), answer(requestId, document(''))),
    );
    const url = await gatewayFor(peer, {
      onStderr: (content, { url: target }) => lines.push(`${target} ${Buffer.from(content)}`),
    });
    await exchange(url, 'GET /x HTTP/1.1\r\n');
    expect(lines).toEqual(['/x warning']);
  });
});

describe('an HTTP client that leaves', () => {
  test('before the answer aborts its request, and is no error', async () => {
    const errors: unknown[] = [];
    const peer = await startPeer();
    const http = new RawHttp(await gatewayFor(peer, { onError: (error) => errors.push(error) }));
    http.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const connection = await peer.accept();
    await connection.request();
    http.socket.destroy();
    await connection.recordsTo(Type.abort);
    expect(errors).toEqual([]);
  });

  test('in the middle of its body aborts its request', async () => {
    for (const start of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const errors: unknown[] = [];
      const peer = await startPeer();
      const url = await gatewayFor(peer, {
        limits: { collectBytes: 1 },
        onError: (error) => errors.push(error),
      });
      const http = new RawHttp(url);
      http.send(`POST / HTTP/1.1\r\nHost: x\r\n${start}\r\n\r\n5\r\nhello\r\n`);
      const connection = await peer.accept();
      await connection.recordsTo(Type.stdin, ({ content }) => content.length > 0);
      http.socket.destroy();
      await connection.recordsTo(Type.abort);
      expect(errors).toEqual([]);
    }
  });

  test('in the middle of the answer aborts its request', async () => {
    const errors: unknown[] = [];
    const peer = await startPeer(async (connection) => {
      const { requestId } = await connection.request();
      connection.send(record(Type.stdout, requestId, document('begun')));
    });
    const http = new RawHttp(await gatewayFor(peer, { onError: (error) => errors.push(error) }));
    http.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => http.received).toContain('begun');
    http.socket.destroy();
    await expect.poll(() => peer.connections[0]!.records.map(({ type }) => type)).toContain(Type.abort);
    expect(errors).toEqual([]);
  });
});

describe('listening and closing', () => {
  test('is on the loopback address by default, and elsewhere when told', async () => {
    const gateway = createGateway({ address: ':9000' });
    onTestFinished(() => gateway.close());
    const first = await gateway.listen({ port: 0 });
    expect(first).toEqual({ host: '127.0.0.1', port: first.port, url: `http://127.0.0.1:${first.port}` });
    const second = await gateway.listen({ host: '::1', port: 0 });
    expect(second.url).toBe(`http://[::1]:${second.port}`);
    await expect(gateway.listen({ port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('lets a request end, and takes no more', async () => {
    const peer = await startPeer();
    const gateway = createGateway({ address: peer.address });
    const { url } = await gateway.listen({ port: 0 });
    const http = new RawHttp(url);
    http.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const connection = await peer.accept();
    const { requestId } = await connection.request();
    const closing = gateway.close();
    await sleep(20);
    connection.send(answer(requestId, document('last')));
    await closing;
    expect(await http.all()).toContain('last');
    await connection.closed;
    const late = new RawHttp(url);
    expect(await late.all()).toBe('');
  });

  test('cuts off what does not end in time, and leaves a client that it was given', async () => {
    const peer = await startPeer();
    const client = new FcgiClient({ address: peer.address });
    onTestFinished(() => client.close({ timeout: 1 }));
    const gateway = createGateway({ client });
    const http = new RawHttp((await gateway.listen({ port: 0 })).url);
    http.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await peer.accept();
    await gateway.close({ timeout: 10 });
    await http.closed;
    const pending = client.request({ params: {} }).catch(() => {});
    await peer.accept();
    await client.close({ timeout: 1 });
    await pending;
  });

  test('closes connections above the limit at once', async () => {
    const peer = await startPeer();
    const url = await gatewayFor(peer, { limits: { connections: 1 } });
    const first = new RawHttp(url);
    first.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await peer.accept();
    const second = new RawHttp(url);
    second.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await second.all()).toBe('');
    expect(first.isClosed).toBe(false);
  });

  test('needs an address or a client, and options that make sense', () => {
    expect(() => createGateway({})).toThrow(TypeError);
    expect(() => createGateway({ address: ':1', client: new FcgiClient({ address: ':1' }) })).toThrow(
      TypeError,
    );
    expect(() => createGateway({ address: ':1', mount: 'app' })).toThrow(TypeError);
    expect(() => createGateway({ address: ':1', limits: { localRedirects: 0 } })).toThrow(TypeError);
  });

  test('works in a server of the caller', async () => {
    const peer = await startResponder(({ requestId }) => answer(requestId, document('inside')));
    const gateway = createGateway({ address: peer.address });
    const server = createServer(gateway.listener).listen(0, '127.0.0.1');
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      await gateway.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('There is no port.');
    expect((await exchange(`http://127.0.0.1:${address.port}`, 'GET / HTTP/1.1\r\n')).body).toContain(
      'inside',
    );
  });
});
