import { createGateway, type GatewayExchange, type GatewayOptions } from '@fcgi-js/client';
import { record } from 'test-support';
import { expect, onTestFinished, test } from 'vitest';
import { paramsOf } from './gateway-for.ts';
import { answer, document, type Peer, type RawRequest, startPeer, startResponder, Type } from './peer.ts';

/** A gateway of which only the function for fetch is used. */
function gatewayOf(peer: Peer, options: GatewayOptions = {}) {
  const seen: GatewayExchange[] = [];
  const errors: unknown[] = [];
  const gateway = createGateway({
    onError: (error) => errors.push(error),
    onRequest: (exchange) => seen.push(exchange),
    ...options,
    address: peer.address,
  });
  onTestFinished(() => gateway.close({ timeout: 1 }));
  return { errors, fetch: gateway.fetch, seen };
}

test('a request of fetch is sent on, and its answer is a response of fetch', async () => {
  const requests: RawRequest[] = [];
  const peer = await startResponder((request) => {
    requests.push(request);
    return answer(
      request.requestId,
      'Status: 201 Made\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-Latin: \xe9\r\n\r\nmade',
    );
  });
  const { fetch, seen } = gatewayOf(peer);
  const response = await fetch(
    new Request('https://example.org/a%2Fb?c=d', {
      method: 'POST',
      body: 'stdin',
      headers: { 'X-One': '1' },
    }),
  );
  expect(response.status).toBe(201);
  expect(response.statusText).toBe('Made');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect([response.headers.has('connection'), response.headers.has('x-hop')]).toEqual([false, false]);
  expect(await response.text()).toBe('made');
  expect(paramsOf(requests[0]!)).toMatchObject({
    CONTENT_LENGTH: '5',
    HTTPS: 'on',
    HTTP_HOST: 'example.org',
    HTTP_X_ONE: '1',
    QUERY_STRING: 'c=d',
    REQUEST_METHOD: 'POST',
    REQUEST_URI: '/a%2Fb?c=d',
  });
  expect(requests[0]!.stdin.toString()).toBe('stdin');
  expect(seen).toMatchObject([{ bodyBytes: 4, error: undefined, status: 201 }]);
});

test.each([
  ['HEAD', 200],
  ['GET', 204],
  ['GET', 304],
])('an answer to %s with status %i has no body', async (method, status) => {
  const peer = await startResponder(({ requestId }) => answer(requestId, `Status: ${status} X\r\n\r\n`));
  const response = await gatewayOf(peer).fetch(new Request('http://x/', { method }));
  expect([response.status, response.body]).toEqual([status, null]);
});

test('a body that has been read before is answered with 500, which says what to do', async () => {
  const peer = await startPeer();
  const { errors, fetch } = gatewayOf(peer, { explain: true });
  const request = new Request('http://x/', { method: 'POST', body: 'a' });
  await request.text();
  const response = await fetch(request);
  expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('cloneRawRequest')]);
  expect(errors).toHaveLength(1);
});

test('a body is streamed both ways', async () => {
  const peer = await startPeer(async (connection) => {
    const [begin] = await connection.recordsTo(Type.params);
    const { requestId } = begin!;
    connection.send(record(Type.stdout, requestId, document('')));
    for (;;) {
      const { type, content } = await connection.record();
      if (type !== Type.stdin) continue;
      if (content.length === 0) break;
      connection.send(record(Type.stdout, requestId, content));
    }
    connection.send(answer(requestId, ''));
  });
  let push: (text: string | undefined) => void = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      push = (text) => (text === undefined ? controller.close() : controller.enqueue(Buffer.from(text)));
    },
  });
  const { fetch } = gatewayOf(peer, { limits: { collectBytes: 1 } });
  const request = new Request('http://x/', { method: 'POST', body, duplex: 'half' } as RequestInit);
  push('first');
  const response = await fetch(request);
  const reader = response.body!.getReader();
  const next = async () => String(Buffer.from((await reader.read()).value ?? ''));
  expect(await next()).toBe('first');
  push('second');
  expect(await next()).toBe('second');
  push(undefined);
  expect((await reader.read()).done).toBe(true);
});

test('a failure is a response with its status, and explains itself only where that is wanted', async () => {
  const peer = await startResponder(({ requestId }) => answer(requestId, 'broken head\n\n'));
  const plain = gatewayOf(peer);
  const response = await plain.fetch(new Request('http://x/'));
  expect([response.status, response.statusText, await response.text()]).toEqual([
    502,
    'Bad Gateway',
    '502 Bad Gateway\n',
  ]);
  expect(plain.errors).toMatchObject([{ code: 'FCGI_HEAD_LINE_INVALID' }]);
  expect(plain.seen).toMatchObject([{ error: { code: 'FCGI_HEAD_LINE_INVALID' }, status: 502 }]);
  const open = await gatewayOf(peer, { explain: true }).fetch(new Request('http://x/'));
  expect(await open.text()).toContain('FCGI_HEAD_LINE_INVALID');
  const outside = await gatewayOf(peer, { mount: '/app' }).fetch(new Request('http://x/apple'));
  expect(outside.status).toBe(404);
});

test.each([
  ['shorter', 'Content-Length: 10\r\n\r\nshort'],
  ['longer', 'Content-Length: 2\r\n\r\nlong'],
])('a body that is %s than its Content-Length fails', async (_what, stdout) => {
  const peer = await startResponder(({ requestId }) => answer(requestId, stdout));
  const { errors, fetch, seen } = gatewayOf(peer);
  const response = await fetch(new Request('http://x/'));
  await expect(response.text()).rejects.toThrow();
  expect(errors).toHaveLength(1);
  expect(seen).toMatchObject([{ status: 200, error: errors[0] }]);
});

test('a status that fetch does not know is a 502', async () => {
  const peer = await startResponder(({ requestId }) => answer(requestId, 'Status: 999 X\r\n\r\n'));
  expect((await gatewayOf(peer).fetch(new Request('http://x/'))).status).toBe(502);
});

test('a signal, or a reader that cancels, aborts the request of the application', async () => {
  const peer = await startPeer();
  const { errors, fetch, seen } = gatewayOf(peer);
  const controller = new AbortController();
  const first = fetch(new Request('http://x/', { signal: controller.signal }));
  const connection = await peer.accept();
  await connection.request();
  controller.abort();
  await connection.recordsTo(Type.abort);
  connection.socket.destroy();
  expect((await first).status).toBe(500);
  const second = fetch(new Request('http://x/'));
  const other = await peer.accept();
  const { requestId } = await other.request();
  other.send(record(Type.stdout, requestId, document('begun')));
  await (await second).body!.cancel();
  await other.recordsTo(Type.abort);
  expect(errors).toEqual([]);
  expect(seen).toMatchObject([
    { status: 500 },
    { status: 200, error: { message: 'The reader of the answer has gone.' } },
  ]);
});
