import { type FetchContext, type FetchHandler, fromFetchHandler } from '@fcgi-js/server';
import { H3, HTTPError, readBody, redirect } from 'h3';
import { Hono } from 'hono';
import { error, type IRequest, json, Router, text } from 'itty-router';
import { describe, expect, test } from 'vitest';
import { askedServer, fieldsOf } from '../../src/frameworks/asked-server.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

/** What the applications note beside their answers. */
const notes: string[] = [];

const digestOf = async (request: Request) => sha256(new Uint8Array(await request.arrayBuffer()));

function streamed(): Response {
  const parts = ['one ', 'two ', 'three'];
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(Buffer.from(part));
    },
  });
  return new Response(body);
}

function withCookies(): Response {
  const response = new Response('cookies');
  for (const cookie of ['a=1; Path=/', 'b=2', 'c=3, with comma'])
    response.headers.append('Set-Cookie', cookie);
  return response;
}

function noteLater(): Promise<void> {
  return Promise.resolve().then(() => void notes.push('later'));
}

function hono(): FetchHandler {
  const app = new Hono<{ Bindings: FetchContext }>();
  app.get('/', (c) => c.text('hello'));
  app.get('/user/:id', (c) => c.json({ id: c.req.param('id'), x: c.req.query('x'), url: c.req.url }));
  app.post('/json', async (c) => c.json(await c.req.json()));
  app.post('/digest', async (c) => c.text(await digestOf(c.req.raw)));
  app.get('/stream', streamed);
  app.get('/cookies', withCookies);
  app.get('/redirect', (c) => c.redirect('/elsewhere'));
  app.get('/param', (c) => c.text(c.env.params.get('REMOTE_USER') ?? ''));
  app.get('/later', (c) => {
    c.executionCtx.waitUntil(noteLater());
    return c.text('now');
  });
  app.get('/throws', () => {
    throw new Error('hidden');
  });
  app.onError((_, c) => c.text('failed', 500));
  return app.fetch;
}

function h3(): FetchHandler {
  const app = new H3({ silent: true });
  // H3 has no place for what else a handler is given.
  let given: FetchContext;
  app.get('/', () => 'hello');
  app.get('/user/:id', ({ context, req, url }) => {
    return { id: context.params?.['id'], x: url.searchParams.get('x'), url: req.url };
  });
  app.post('/json', (event) => readBody(event));
  app.post('/digest', ({ req }) => digestOf(req as Request));
  app.get('/stream', streamed);
  app.get('/cookies', withCookies);
  app.get('/redirect', () => redirect('/elsewhere'));
  app.get('/param', () => given.params.get('REMOTE_USER') ?? '');
  app.get('/later', () => {
    given.waitUntil(noteLater());
    return 'now';
  });
  app.get('/throws', () => {
    throw new HTTPError({ status: 500 });
  });
  return (request, context) => {
    given = context;
    return app.fetch(request);
  };
}

function ittyRouter(): FetchHandler {
  const router = Router<IRequest & Request, [FetchContext]>({
    catch: () => error(500),
    finally: [json],
  });
  router
    .get('/', () => text('hello'))
    .get('/user/:id', ({ params, query, url }) => ({ id: params['id'], x: query['x'], url }))
    .post('/json', (request) => request.json())
    .post('/digest', async (request) => text(await digestOf(request)))
    .get('/stream', streamed)
    .get('/cookies', withCookies)
    .get('/redirect', () => new Response(null, { status: 302, headers: { Location: '/elsewhere' } }))
    .get('/param', (_, { params }) => text(params.get('REMOTE_USER')))
    .get('/later', (_, { waitUntil }) => {
      waitUntil(noteLater());
      return text('now');
    })
    .get('/throws', () => {
      throw new Error('hidden');
    })
    .all('*', () => error(404));
  return router.fetch;
}

/** No framework at all. */
function plain(): FetchHandler {
  return async (request, { params, waitUntil }) => {
    const { pathname, searchParams } = new URL(request.url);
    const [, first, id] = pathname.split('/');
    switch (first) {
      case '':
        return new Response('hello');
      case 'user':
        return Response.json({ id, x: searchParams.get('x'), url: request.url });
      case 'json':
        return Response.json(await request.json());
      case 'digest':
        return new Response(await digestOf(request));
      case 'stream':
        return streamed();
      case 'cookies':
        return withCookies();
      case 'redirect':
        return new Response(null, { status: 302, headers: { Location: '/elsewhere' } });
      case 'param':
        return new Response(params.get('REMOTE_USER') ?? '');
      case 'later':
        waitUntil(noteLater());
        return new Response('now');
      case 'throws':
        throw new Error('hidden');
      default:
        return new Response('none', { status: 404 });
    }
  };
}

const applications: Record<string, () => FetchHandler> = {
  Hono: hono,
  'h3 2': h3,
  'itty-router': ittyRouter,
  'a plain handler': plain,
};

describe.each(Object.entries(applications))('%s', (_name, make) => {
  const ask = askedServer(fromFetchHandler(make()));

  test('sends text', async () => {
    const answer = await ask({ path: '/' });
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('hello'), complete: true });
    expect(fieldsOf(answer, 'content-length')).toEqual(['5']);
  });

  test('sees params, query and absolute URL', async () => {
    const { body } = await ask({ path: '/user/7?x=1%20a' });
    const { id, url, x } = JSON.parse(body.toString()) as Record<string, string>;
    expect({ id, x }).toEqual({ id: '7', x: '1 a' });
    expect(url).toMatch(/^http:\/\/[^/]+\/user\/7\?x=1%20a$/);
  });

  test('reads JSON', async () => {
    const headers = [['Content-Type', 'application/json']] as const;
    const { body } = await ask({ path: '/json', body: '{"a":["b"]}', headers });
    expect(JSON.parse(body.toString())).toEqual({ a: ['b'] });
  });

  test.each([true, false])('reads 300,000 bytes (chunked: %j)', async (chunked) => {
    const bytes = patternBytes(300_000);
    expect((await ask({ path: '/digest', body: bytes, chunked })).body.toString()).toBe(sha256(bytes));
  });

  test('sends a stream', async () => {
    expect((await ask({ path: '/stream' })).body.toString()).toBe('one two three');
  });

  test('sends every cookie', async () => {
    const cookies = fieldsOf(await ask({ path: '/cookies' }), 'set-cookie');
    expect(cookies).toEqual(['a=1; Path=/', 'b=2', 'c=3, with comma']);
  });

  test('redirects', async () => {
    const answer = await ask({ path: '/redirect' });
    expect(answer.status).toBe(302);
    expect(fieldsOf(answer, 'location')).toEqual(['/elsewhere']);
  });

  test('answers HEAD without a body', async () => {
    const answer = await ask({ path: '/', method: 'HEAD' });
    expect(answer.body).toHaveLength(0);
  });

  test('sees what the web server says of the user', async () => {
    expect((await ask({ path: '/param', params: { REMOTE_USER: 'alice' } })).body.toString()).toBe('alice');
  });

  test('goes on after its answer', async () => {
    notes.length = 0;
    expect((await ask({ path: '/later' })).body.toString()).toBe('now');
    await expect.poll(() => notes).toEqual(['later', 'later']);
  });

  test('fails with 500, and tells nobody why', async () => {
    const { body, status } = await ask({ path: '/throws' });
    expect(status).toBe(500);
    expect(body.toString()).not.toContain('hidden');
  });

  test('has no such page', async () => {
    expect((await ask({ path: '/none' })).status).toBe(404);
  });
});
