import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import Koa from 'koa';
import getRawBody from 'raw-body';
import { expect } from 'vitest';
import type { MakeApplication } from '../../src/frameworks/application.ts';
import { differential } from '../../src/frameworks/differential.ts';
import { codeOf } from '../../src/frameworks/recorder.ts';

const application: MakeApplication = ({ note }) => {
  const app = new Koa({ proxy: true, keys: ['a key of this test'] });
  // Told here, errors are not printed.
  // Node's socket repeats the error that a response was destroyed with, and Koa with it; ours does not.
  const errors = new Set<unknown>();
  app.on('error', (error: unknown) => {
    if (!errors.has(error)) note(['error', codeOf(error)]);
    errors.add(error);
  });
  app.use(async (ctx, next) => {
    ctx.res.on('finish', () => note('finish')).on('close', () => note('close'));
    await next();
    note(['after', ctx.status]);
  });
  const pages: Record<string, (ctx: Koa.Context) => unknown> = {
    '/': (ctx) => (ctx.body = 'hello'),
    '/html': (ctx) => (ctx.body = '<p>hello</p>'),
    '/json': (ctx) => (ctx.body = { hello: 'world' }),
    '/buffer': (ctx) => (ctx.body = Buffer.from([0, 255])),
    '/null': (ctx) => (ctx.body = null),
    '/empty': (ctx) => (ctx.status = 204),
    '/status': (ctx) => (ctx.status = 418),
    '/message': (ctx) => {
      ctx.status = 200;
      ctx.message = 'Fine';
      ctx.body = 'x';
    },
    '/stream': (ctx) => (ctx.body = Readable.from(['one ', 'two ', 'three'])),
    '/failing-stream': (ctx) => {
      async function* failing() {
        yield 'begun';
        await delay(5);
        throw Object.assign(new Error('no more'), { code: 'NO_MORE' });
      }
      ctx.body = Readable.from(failing());
    },
    '/blob': (ctx) => (ctx.body = new Blob(['a ', 'blob'])),
    '/response': (ctx) =>
      (ctx.body = new Response('fetched', { status: 201, headers: { 'X-Kind': 'fetch' } })),
    '/web-stream': (ctx) => (ctx.body = new Blob(['a web stream']).stream()),
    '/redirect': (ctx) => ctx.redirect('/elsewhere'),
    '/throw': (ctx) => ctx.throw(403, 'not for you', { headers: { 'X-Error': 'yes' } }),
    '/throw-error': () => {
      throw new Error('hidden');
    },
    '/cookies': (ctx) => {
      ctx.cookies.set('a', '1', { signed: true }).set('b', '2', { signed: false });
      ctx.body = [
        ctx.cookies.get('x', { signed: false }) ?? null,
        ctx.cookies.get('y', { signed: true }) ?? null,
      ];
    },
    '/about': (ctx) => {
      const {
        fresh,
        host,
        hostname,
        href,
        ip,
        ips,
        method,
        origin,
        path,
        protocol,
        query,
        querystring,
        secure,
        url,
      } = ctx;
      ctx.body = {
        fresh,
        host,
        hostname,
        href,
        ip,
        ips,
        method,
        origin,
        path,
        protocol,
        query,
        querystring,
        secure,
        url,
      };
    },
    '/json-of-context': (ctx) => (ctx.body = ctx.request.toJSON().method),
    '/fields': (ctx) => {
      ctx.set({ 'X-A': '1', 'X-B': ['2', '3'] });
      ctx.append('Link', '<a>');
      ctx.vary('Accept');
      ctx.attachment('report.txt');
      ctx.body = [ctx.response.get('X-A'), ctx.response.get('x-b'), ctx.headerSent];
    },
    '/etag': (ctx) => {
      ctx.status = 200;
      ctx.etag = 'fixed';
      ctx.body = 'content';
      if (ctx.fresh) ctx.status = 304;
    },
    '/flush': (ctx) => {
      ctx.status = 200;
      ctx.flushHeaders();
      ctx.body = 'flushed';
    },
    '/raw': (ctx) => {
      ctx.respond = false;
      ctx.res.writeHead(200, { 'X-Raw': 'yes' });
      ctx.res.end('raw');
    },
    '/body': async (ctx) => (ctx.body = await getRawBody(ctx.req, { encoding: 'utf8', limit: 1_000 })),
    '/waiting': async (ctx) => {
      note('ready');
      await new Promise((resolve) => ctx.res.once('close', resolve));
      ctx.body = 'nobody hears this';
    },
  };
  app.use(async (ctx) => await pages[ctx.path]?.(ctx));
  const listener = app.callback();
  return listener;
};

const get = (path: string, ...headers: Array<readonly [string, string]>) => ({ path, headers });

differential('Koa 3', application, {
  'sends text': { run: get('/'), expect: { status: '200 OK', body: 'hello' } },
  'sends HTML': { run: get('/html'), expect: { body: '<p>hello</p>' } },
  'sends JSON': { run: get('/json'), expect: { body: '{"hello":"world"}' } },
  'answers HEAD': { run: { path: '/json', method: 'HEAD' }, expect: { status: '200 OK', body: '' } },
  'answers a browser of HTTP/1.0': { run: { path: '/', version: '1.0' }, expect: { body: 'hello' } },
  'sends bytes': { run: get('/buffer'), expect: { body: '\x00\xff' } },
  'sends null': { run: get('/null'), expect: { status: '204 No Content' } },
  'sends nothing': { run: get('/empty'), expect: { status: '204 No Content' } },
  'sends a status': { run: get('/status'), expect: { status: "418 I'm a Teapot" } },
  'sends a message': { run: get('/message'), expect: { status: '200 Fine' } },
  'sends a stream': { run: get('/stream'), expect: { body: 'one two three' } },
  'breaks off with a stream that fails': {
    run: get('/failing-stream'),
    expect: { complete: false },
    reports: ['NO_MORE'],
    order: 'none',
  },
  'sends a Blob': { run: get('/blob'), expect: { body: 'a blob' } },
  'sends what fetch gives': { run: get('/response'), expect: { status: '201 Created', body: 'fetched' } },
  'sends a web stream': { run: get('/web-stream'), expect: { body: 'a web stream' } },
  redirects: { run: get('/redirect'), expect: { status: '302 Found' } },
  'handles what is thrown': { run: get('/throw'), expect: { status: '403 Forbidden', body: 'not for you' } },
  'hides errors': { run: get('/throw-error'), expect: { status: '500 Internal Server Error' } },
  'has no such page': { run: get('/none'), expect: { status: '404 Not Found' } },
  'sets and reads cookies': {
    run: get('/cookies', ['Cookie', 'x=1; y=2; y.sig=forged']),
    expect: { body: '["1",null]' },
  },
  'knows the browser': {
    run: get('/about?a=1', ['X-Forwarded-For', '192.0.2.1'], ['X-Forwarded-Proto', 'https']),
    expect: { body: expect.stringContaining('"ip":"192.0.2.1"') },
  },
  'describes the request': { run: get('/json-of-context'), expect: { body: 'GET' } },
  'sets fields': { run: get('/fields'), expect: { body: '["1",["2","3"],false]' } },
  'answers 304 to what has not changed': {
    run: get('/etag', ['If-None-Match', '"fixed"']),
    expect: { status: '304 Not Modified', body: '' },
  },
  'flushes the head': { run: get('/flush'), expect: { body: 'flushed' } },
  'leaves the raw response to the application': { run: get('/raw'), expect: { body: 'raw' } },
  'reads a body': { run: { path: '/body', body: 'a body' }, expect: { body: 'a body' } },
  'refuses a body that is too large': {
    run: { path: '/body', body: 'x'.repeat(5_000) },
    expect: { status: '413 Payload Too Large' },
    order: 'none',
  },
  'is told that the browser has gone': {
    run: async (side) => {
      const peer = await side.open({ path: '/waiting' });
      await side.recorder.until('ready');
      peer.leave();
      return [await peer.answer];
    },
    expect: ({ answers }) => expect(answers[0]?.complete).toBe(false),
    order: 'none',
  },
});
