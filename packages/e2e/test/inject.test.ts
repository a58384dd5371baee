import { FcgiClient, type FcgiPassingRecord, inject, Role } from '@fcgi-js/client';
import {
  allow,
  createServer,
  deny,
  fromAuthorizer,
  fromFetchHandler,
  fromNodeListener,
} from '@fcgi-js/server';
import express from 'express';
import { expect, test } from 'vitest';

const app = express();
app.use(express.json());
app.get('/hello', (request, response) => {
  response
    .cookie('a', '1')
    .cookie('b', '2')
    .send(`hello ${String(request.query['name'])}`);
});
app.post('/sum', (request, response) => {
  response.json({ sum: request.body.a + request.body.b, host: request.headers.host });
});
app.get('/throws', () => {
  throw new Error('secret');
});

test('inject asks a Node listener, with no socket', async () => {
  const server = createServer({ responder: fromNodeListener(app) });
  const hello = await inject(server, { url: '/hello?name=you' });
  expect(hello).toMatchObject({ status: 200, appStatus: 0, protocolStatus: 0 });
  expect(hello.text()).toBe('hello you');
  expect(hello.headers.filter(([name]) => name === 'Set-Cookie')).toEqual([
    ['Set-Cookie', 'a=1; Path=/'],
    ['Set-Cookie', 'b=2; Path=/'],
  ]);
  const sum = await inject(server, {
    method: 'POST',
    url: '/sum',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ a: 1, b: 2 }),
  });
  expect(sum.json()).toEqual({ sum: 3, host: 'localhost' });
  expect(sum.header('content-type')).toMatch('application/json');
  expect(server.stats()).toMatchObject({ activeRequests: 0, connections: 0, totalRequests: 2 });
});

test('inject takes a URL alone, and header fields in each form', async () => {
  const server = createServer({
    responder: fromFetchHandler(({ headers, url }) => Response.json({ url, accept: headers.get('accept') })),
  });
  expect((await inject(server, '/a?b')).json()).toEqual({ url: 'http://localhost/a?b', accept: null });
  expect((await inject(server, new URL('https://example.org/c'))).json()).toMatchObject({
    url: 'https://example.org/c',
  });
  for (const headers of [
    new Headers({ accept: 'x' }),
    [['Accept', 'x']] as const,
    { accept: 'x' },
    { accept: ['x'] },
  ]) {
    expect((await inject(server, { headers })).json()).toMatchObject({ accept: 'x' });
  }
});

test('inject asks a fetch handler, at the URL that was given', async () => {
  const server = createServer({
    responder: fromFetchHandler(async (request) =>
      Response.json({ url: request.url, body: await request.text(), cookie: request.headers.get('cookie') }),
    ),
  });
  const answer = await inject(server, {
    method: 'PUT',
    url: 'https://example.org:8443/a%2Fb//c?x=1',
    headers: { Cookie: ['a=1', 'b=2'] },
    body: new Uint8Array([104, 105]),
  });
  expect(answer.json()).toEqual({
    url: 'https://example.org:8443/a%2Fb//c?x=1',
    body: 'hi',
    cookie: 'a=1; b=2',
  });
});

test('inject asks a handler of requests, below a prefix, with params that a web server would set', async () => {
  const server = createServer({
    responder: (request) => {
      const { params } = request;
      const names = ['SCRIPT_NAME', 'PATH_INFO', 'REMOTE_USER', 'REQUEST_METHOD', 'REMOTE_ADDR'];
      request.stderr.write('a line\n');
      request.stdout.end(`Status: 202 Accepted\r\n\r\n${names.map((name) => params.get(name)).join(' ')}`);
      return 7;
    },
  });
  const answer = await inject(server, {
    method: 'DELETE',
    mount: '/app',
    params: { REMOTE_USER: 'alice' },
    remoteAddress: '192.0.2.7',
    url: '/app/things/1',
  });
  expect(answer).toMatchObject({
    appStatus: 7,
    reason: 'Accepted',
    status: 202,
    stderr: 'a line\n',
  });
  expect(answer.text()).toBe('/app /things/1 alice DELETE 192.0.2.7');
});

test('inject asks an authorizer, and a filter with its data', async () => {
  const server = createServer({
    authorizer: fromAuthorizer(({ params }) =>
      params.get('REQUEST_URI') === '/open' ? allow({ USER_ID: '7' }) : deny(403),
    ),
    filter: async (request) => {
      request.stdout.write(`Content-Type: text/plain\r\n\r\n${request.params.get('FCGI_DATA_LENGTH')} `);
      for await (const chunk of request.data) request.stdout.write(String(chunk).toUpperCase());
      request.stdout.end();
      return 0;
    },
  });
  const allowed = await inject(server, { role: Role.Authorizer, url: '/open' });
  expect([allowed.status, ...allowed.variables()]).toEqual([200, ['USER_ID', '7']]);
  const denied = await inject(server, { role: Role.Authorizer, url: '/closed' });
  expect([denied.status, denied.variables().size]).toEqual([403, 0]);
  const filtered = await inject(server, { role: Role.Filter, data: 'a file' });
  expect(filtered.text()).toBe('6 A FILE');
});

test('inject fails where the answer breaks off, and where its signal is aborted', async () => {
  const server = createServer({
    onError: () => {},
    responder: fromNodeListener((request, response) => {
      if (request.url === '/never') return;
      response.writeHead(200, { 'Content-Length': 10 }).flushHeaders();
      response.write('half', () => setTimeout(() => response.destroy(), 20));
    }),
  });
  await expect(inject(server, { url: '/half' })).rejects.toMatchObject({ name: /Error$/ });
  const signal = AbortSignal.timeout(20);
  await expect(inject(server, { url: '/never', signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(server.stats().activeRequests).toBe(0);
});

test('a client of a server in this process keeps its connection, shares it, and has backpressure both ways', async () => {
  let taken = 0;
  const server = createServer({
    responder: async (request) => {
      request.stdout.write('Content-Type: text/plain\r\n\r\n');
      for await (const chunk of request.stdin) {
        taken += (chunk as Uint8Array).length;
        if (!request.stdout.write(chunk))
          await new Promise((resolve) => request.stdout.once('drain', resolve));
      }
      request.stdout.end();
      return 0;
    },
  });
  const connections = new Set<number>();
  const client = new FcgiClient({
    server,
    multiplex: 'auto',
    onRecord: ({ connection }: FcgiPassingRecord) => connections.add(connection),
  });
  async function* source(bytes: number) {
    for (let sent = 0; sent < bytes; sent += 65_536) yield Buffer.alloc(65_536, sent / 65_536);
  }
  const unread = await client.request({ params: {}, stdin: source(50_000_000) });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(taken).toBeLessThan(2_000_000);
  const others = await Promise.all(
    [1, 2, 3].map(async () => {
      const { body } = await client.request({ params: {}, stdin: source(131_072) });
      let length = 0;
      for await (const chunk of body) length += (chunk as Buffer).length;
      return length;
    }),
  );
  expect(others).toEqual([131_072, 131_072, 131_072]);
  unread.body.destroy();
  await client.close();
  // One was for GET_VALUES.
  expect(connections.size).toBeLessThanOrEqual(3);
  expect(server.stats().connections).toBe(0);
});
