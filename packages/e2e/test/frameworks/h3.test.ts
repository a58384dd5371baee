import { H3, HTTPError, readBody, redirect, toNodeHandler } from 'h3';
import * as v1 from 'h3-v1';
import { expect } from 'vitest';
import type { MakeApplication } from '../../src/frameworks/application.ts';
import { type Course, differential } from '../../src/frameworks/differential.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

function streamOf(...parts: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      for (const part of parts) {
        controller.enqueue(Buffer.from(part));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      controller.close();
    },
  });
}

const version2: MakeApplication = () => {
  const app = new H3({ silent: true });
  app.get('/', () => 'hello');
  app.get('/json', () => ({ hello: 'world' }));
  app.get('/user/:id', (event) => ({ params: event.context.params, query: event.url.search }));
  app.post('/body', async (event) => ({ body: await readBody(event) }));
  app.post('/bytes', async (event) => sha256(new Uint8Array(await event.req.arrayBuffer())));
  app.get('/stream', () => streamOf('one ', 'two ', 'three'));
  app.get('/status', (event) => {
    event.res.status = 418;
    event.res.headers.set('X-A', '1');
    event.res.headers.append('Set-Cookie', 'a=1');
    event.res.headers.append('Set-Cookie', 'b=2');
    return 'short and stout';
  });
  app.get('/redirect', () => redirect('/elsewhere'));
  app.get('/empty', () => new Response(null, { status: 204 }));
  app.get('/response', () => new Response('fetched', { status: 201 }));
  app.get('/refuses', () => {
    throw new HTTPError({ status: 409, message: 'taken' });
  });
  app.get('/throws', () => {
    throw new Error('hidden');
  });
  return toNodeHandler(app);
};

const version1: MakeApplication = () => {
  const app = v1.createApp({ onError: () => undefined });
  const router = v1.createRouter();
  router.get(
    '/',
    v1.eventHandler(() => 'hello'),
  );
  router.get(
    '/json',
    v1.eventHandler(() => ({ hello: 'world' })),
  );
  router.get(
    '/user/:id',
    v1.eventHandler((event) => ({ params: event.context.params, query: v1.getRequestURL(event).search })),
  );
  router.post(
    '/body',
    v1.eventHandler(async (event) => ({ body: await v1.readBody(event) })),
  );
  router.post(
    '/bytes',
    v1.eventHandler(async (event) => sha256((await v1.readRawBody(event, false)) ?? Buffer.alloc(0))),
  );
  router.get(
    '/stream',
    v1.eventHandler(() => streamOf('one ', 'two ', 'three')),
  );
  router.get(
    '/status',
    v1.eventHandler((event) => {
      v1.setResponseStatus(event, 418);
      v1.setResponseHeader(event, 'X-A', '1');
      v1.setCookie(event, 'a', '1');
      v1.setCookie(event, 'b', '2');
      return 'short and stout';
    }),
  );
  router.get(
    '/redirect',
    v1.eventHandler((event) => v1.sendRedirect(event, '/elsewhere')),
  );
  router.get(
    '/empty',
    v1.eventHandler((event) => v1.sendNoContent(event)),
  );
  router.get(
    '/response',
    v1.eventHandler(() => new Response('fetched', { status: 201 })),
  );
  router.get(
    '/refuses',
    v1.eventHandler(() => {
      throw v1.createError({ statusCode: 409, message: 'taken' });
    }),
  );
  router.get(
    '/throws',
    v1.eventHandler(() => {
      throw new Error('hidden');
    }),
  );
  app.use(router);
  return v1.toNodeListener(app);
};

const bytes = patternBytes(300_000);

const courses: Record<string, Course> = {
  'sends text': { run: { path: '/' }, expect: { status: expect.stringMatching(/^200/), body: 'hello' } },
  'answers a browser of HTTP/1.0': { run: { path: '/', version: '1.0' }, expect: { body: 'hello' } },
  'sends JSON': { run: { path: '/json' }, expect: { body: expect.stringMatching(/"hello":\s*"world"/) } },
  'reads params and query': {
    run: { path: '/user/7?x=1' },
    expect: { body: expect.stringContaining('?x=1') },
  },
  'parses a body': {
    run: { path: '/body', body: '{"a":1}', headers: [['Content-Type', 'application/json']] },
    expect: { status: expect.stringMatching(/^200/), body: expect.stringMatching(/"a":\s*1/) },
  },
  'refuses a malformed body': {
    run: { path: '/body', body: '{"a"', headers: [['Content-Type', 'application/json']] },
    expect: { status: expect.stringMatching(/^400/) },
  },
  'reads bytes': {
    run: { path: '/bytes', body: bytes, headers: [['Content-Type', 'application/octet-stream']] },
    expect: { body: sha256(bytes) },
  },
  'reads bytes of unknown length': {
    run: { path: '/bytes', body: bytes, chunked: true },
    expect: { body: sha256(bytes) },
  },
  'sends a stream': { run: { path: '/stream' }, expect: { body: 'one two three' } },
  'sets status, fields and cookies': {
    run: { path: '/status' },
    expect: { status: expect.stringMatching(/^418/), body: 'short and stout' },
  },
  redirects: { run: { path: '/redirect' }, expect: { status: expect.stringMatching(/^302/) } },
  'sends nothing': { run: { path: '/empty' }, expect: { status: expect.stringMatching(/^204/), body: '' } },
  'sends what fetch gives': {
    run: { path: '/response' },
    expect: { status: expect.stringMatching(/^201/), body: 'fetched' },
  },
  'sends errors': { run: { path: '/refuses' }, expect: { status: expect.stringMatching(/^409/) } },
  'hides errors': { run: { path: '/throws' }, expect: { status: expect.stringMatching(/^500/) } },
  'has no such page': { run: { path: '/none' }, expect: { status: expect.stringMatching(/^404/) } },
};

differential('h3 2', version2, courses);
differential('h3 1', version1, courses);
