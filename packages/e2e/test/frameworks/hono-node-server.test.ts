import type { IncomingMessage } from 'node:http';
import { fromNodeListener, requestParams } from '@fcgi-js/server';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { askedServer, fieldsOf } from '../../src/frameworks/asked-server.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

// In a file of its own: the adapter of Hono puts classes of its own in the place of the global Request and Response.
const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>();
app.get('/', (c) => c.text('hello'));
app.get('/user/:id', (c) => c.json({ id: c.req.param('id'), x: c.req.query('x'), url: c.req.url }));
app.post('/digest', async (c) => c.text(sha256(new Uint8Array(await c.req.arrayBuffer()))));
app.get('/stream', () => new Response(new Blob(['one ', 'two ', 'three']).stream()));
app.get('/cookies', (c) => {
  for (const cookie of ['a=1; Path=/', 'b=2']) c.header('Set-Cookie', cookie, { append: true });
  return c.text('cookies');
});
app.get('/user', (c) => c.text(requestParams(c.env.incoming).get('REMOTE_USER') ?? ''));
app.get('/throws', () => {
  throw new Error('hidden');
});
app.onError((_, c) => c.text('failed', 500));

const ask = askedServer(fromNodeListener(getRequestListener(app.fetch)));

test('sends text with its length', async () => {
  const answer = await ask({ path: '/' });
  expect(answer).toMatchObject({ status: 200, body: Buffer.from('hello'), complete: true });
  expect(fieldsOf(answer, 'content-length')).toEqual(['5']);
  expect((await ask({ path: '/', method: 'HEAD' })).body).toHaveLength(0);
});

test('sees params, query and absolute URL', async () => {
  const { body } = await ask({ path: '/user/7?x=1%20a' });
  const { id, url, x } = JSON.parse(body.toString()) as Record<string, string>;
  expect({ id, x }).toEqual({ id: '7', x: '1 a' });
  expect(url).toMatch(/^http:\/\/[^/]+\/user\/7\?x=1%20a$/);
});

test.each([true, false])('reads 300,000 bytes (chunked: %j)', async (chunked) => {
  const bytes = patternBytes(300_000);
  expect((await ask({ path: '/digest', body: bytes, chunked })).body.toString()).toBe(sha256(bytes));
});

test('sends a stream, and every cookie', async () => {
  expect((await ask({ path: '/stream' })).body.toString()).toBe('one two three');
  expect(fieldsOf(await ask({ path: '/cookies' }), 'set-cookie')).toEqual(['a=1; Path=/', 'b=2']);
});

test('sees what the web server says of the user', async () => {
  const answer = await ask({ path: '/user', params: { REMOTE_USER: 'alice' } });
  expect(answer.body.toString()).toBe('alice');
});

test('fails with 500, and tells nobody why', async () => {
  const { body, status } = await ask({ path: '/throws' });
  expect({ body: body.toString(), status }).toEqual({ body: 'failed', status: 500 });
});
