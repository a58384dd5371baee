import { createGateway, FcgiClient, type GatewayExchange } from '@fcgi-js/client';
import { join, record } from 'test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gatewayAnswering, gatewayFor, paramsOf } from './gateway-for.ts';
import { exchange, RawHttp } from './http-client.ts';
import { answer, document, startPeer, startResponder, Type } from './peer.ts';

describe('onRequest', () => {
  test('is told of every request when it is over: whom it went to, what came of it, and how long it took', async () => {
    const seen: GatewayExchange[] = [];
    const peer = await startResponder(({ requestId }) =>
      join(record(Type.stderr, requestId, 'a line'), answer(requestId, document('hello'))),
    );
    const url = await gatewayFor(peer, { onRequest: (one) => seen.push(one) });
    await exchange(url, 'GET /path?q HTTP/1.1\r\n');
    expect(seen).toMatchObject([
      { address: peer.address, bodyBytes: 5, error: undefined, status: 200, stderr: 'a line' },
    ]);
    const [one] = seen;
    expect(one?.params?.get('REQUEST_URI')).toBe('/path?q');
    expect(one?.request).toMatchObject({ url: '/path?q' });
    expect(one?.headDuration).toBeGreaterThan(0);
    expect(one?.duration).toBeGreaterThanOrEqual(one?.headDuration ?? 0);
  });

  test('is told of failures, of refusals, and of clients that left', async () => {
    const seen: GatewayExchange[] = [];
    const peer = await startPeer();
    const url = await gatewayFor(peer, { mount: '/app', onRequest: (one) => seen.push(one) });
    await exchange(url, 'GET /apple HTTP/1.1\r\n');
    expect(seen.pop()).toMatchObject({
      address: undefined,
      error: { code: 'FCGI_PATH_OUTSIDE_MOUNT' },
      headDuration: undefined,
      params: undefined,
      status: 404,
    });
    const failed = exchange(url, 'GET /app HTTP/1.1\r\n');
    const connection = await peer.accept();
    await connection.request();
    connection.socket.end(record(Type.stderr, 1, 'out of memory'));
    await failed;
    expect(seen.pop()).toMatchObject({
      address: peer.address,
      error: { code: 'FCGI_CONNECTION_CLOSED' },
      status: 502,
      stderr: 'out of memory',
    });
    const leaving = new RawHttp(url);
    leaving.send('GET /app HTTP/1.1\r\nHost: x\r\n\r\n');
    await (await peer.accept()).request();
    leaving.socket.destroy();
    await expect
      .poll(() => seen)
      .toMatchObject([{ error: { message: 'The HTTP client has gone.' }, status: undefined }]);
  });

  test('goes to onError where it throws, and the HTTP client gets its answer', async () => {
    const errors: unknown[] = [];
    const { url } = await gatewayAnswering(document('fine'), {
      onError: (error) => errors.push(error),
      onRequest: () => {
        throw new Error('log');
      },
    });
    expect((await exchange(url, 'GET / HTTP/1.1\r\n')).body).toContain('fine');
    await expect.poll(() => errors).toEqual([new Error('log')]);
  });
});

describe('before', () => {
  test('sees requests first, answers them or passes them on', async () => {
    const { requests, url } = await gatewayAnswering(document('application'), {
      before: (request, response, next) => {
        if (request.url === '/static') response.end('a static file');
        else next();
      },
    });
    expect((await exchange(url, 'GET /static HTTP/1.1\r\n')).body).toContain('a static file');
    expect((await exchange(url, 'GET /other HTTP/1.1\r\n')).body).toContain('application');
    expect(requests).toHaveLength(1);
  });

  test('may change the URL that the application gets', async () => {
    const { requests, url } = await gatewayAnswering(document('application'), {
      before: (request, _response, next) => {
        request.url = '/index';
        next();
      },
    });
    await exchange(url, 'GET /old HTTP/1.1\r\n');
    expect(paramsOf(requests[0]!)['REQUEST_URI']).toBe('/index');
  });

  test.each([
    ['passes an error on', (next: (error?: unknown) => void) => next(new Error('secret'))],
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
  ])('that %s is answered with 500, and nothing of the error', async (_what, fail) => {
    const errors: unknown[] = [];
    const { requests, url } = await gatewayAnswering(document('application'), {
      before: (_request, _response, next) => fail(next),
      onError: (error) => errors.push(error),
    });
    const got = await exchange(url, 'GET / HTTP/1.1\r\n');
    expect(got.status).toBe(500);
    expect(got.body).not.toContain('secret');
    expect(errors).toEqual([new Error('secret')]);
    expect(requests).toHaveLength(0);
  });
});

test('a gateway in front of a server in this process is made with a client of it', async () => {
  const client = new FcgiClient({
    server: {
      accept: (stream) => {
        stream.once('data', () => stream.end(answer(1, document('no socket'))));
      },
    },
  });
  const gateway = createGateway({ client });
  onTestFinished(async () => {
    await gateway.close({ timeout: 1 });
    await client.close({ timeout: 1 });
  });
  const { url } = await gateway.listen({ port: 0 });
  expect((await exchange(url, 'GET / HTTP/1.1\r\n')).body).toContain('no socket');
});

test.each([{ before: 'x' }, { explain: 'all' }, { onRequest: 1 }])('%o makes no sense', (options) => {
  expect(() => createGateway({ address: ':1', ...(options as object) })).toThrow(TypeError);
});
