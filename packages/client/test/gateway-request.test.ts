import { record } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gatewayAnswering, gatewayFor, paramsOf } from './gateway-for.ts';
import { exchange, RawHttp } from './http-client.ts';
import { answer, document, endRecord, startPeer, Type } from './peer.ts';

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
      params: (request) => {
        const user = 'rawHeaders' in request ? request.headers['x-user'] : request.headers.get('x-user');
        return typeof user === 'string' ? { REMOTE_USER: user } : undefined;
      },
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
