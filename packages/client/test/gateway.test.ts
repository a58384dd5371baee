import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGateway, FcgiClient } from '@fcgi-js/client';
import { join, record } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gatewayAnswering, gatewayFor, paramsOf } from './gateway-for.ts';
import { exchange, RawHttp, valuesOf } from './http-client.ts';
import { answer, document, endRecord, startPeer, startResponder, Type } from './peer.ts';

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
    let reached = 0;
    const other = createServer((_request, response) => {
      reached += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const authority = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { requests, url } = await gatewayAnswering(document('ours'));
    const got = await exchange(url, `GET http://${authority}/secret HTTP/1.1\r\n`);
    expect(got.body).toContain('ours');
    expect(paramsOf(requests[0]!)).toMatchObject({ HTTP_HOST: authority, PATH_INFO: '/secret' });
    const http = new RawHttp(url);
    http.send(`CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await http.all()).toBe('');
    expect(reached).toBe(0);
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
    const url = await gatewayFor(path, { explain: 'local', onError: (error) => errors.push(error) });
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

  test('says nothing of it unless that is wanted, nor to clients elsewhere with local', async () => {
    const path = joinPath(tmpdir(), 'fcgi-gateway-no-such.sock');
    const local = await gatewayFor(path, { explain: 'local' });
    for (const field of [
      'X-Forwarded-For: 192.0.2.1',
      'Forwarded: for=x',
      'Via: 1.1 x',
      'X-Real-IP: 192.0.2.1',
    ]) {
      const proxied = await exchange(local, `GET / HTTP/1.1\r\n${field}\r\n`);
      expect(proxied).toMatchObject({ status: 502, body: '502 Bad Gateway\n' });
    }
    for (const options of [{}, { explain: false }]) {
      const silent = await gatewayFor(path, options);
      expect((await exchange(silent, 'GET / HTTP/1.1\r\n')).body).toBe('502 Bad Gateway\n');
    }
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
    ['answers nothing', (id: number) => endRecord(id), 502, 'FCGI_ANSWER_MISSING'],
    ['breaks its head', (id: number) => answer(id, '<b>Fatal error</b>\n\n'), 502, 'FCGI_HEAD_LINE_INVALID'],
  ])('of an application that %s has its status', async (_name, make, status, words) => {
    const peer = await startResponder(({ requestId }) => make(requestId));
    const client = new FcgiClient({
      address: peer.address,
      limits: { firstByteTimeout: status === 504 ? 60 : 5_000, abortTimeout: 10 },
    });
    onTestFinished(() => client.close({ timeout: 1 }));
    const got = await exchange(await gatewayFor(peer, { client, explain: true }), 'GET / HTTP/1.1\r\n');
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
    expect(() => createGateway({} as never)).toThrow(TypeError);
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

test('a gateway is closed at the end of a block with "await using"', async () => {
  const peer = await startResponder(({ requestId }) => answer(requestId, document('')));
  let url: string;
  {
    await using gateway = createGateway({ address: peer.address });
    ({ url } = await gateway.listen({ port: 0 }));
    expect((await fetch(url)).status).toBe(200);
  }
  await expect(fetch(url)).rejects.toThrow();
});
