import { join } from 'node:path';
import { createServer, type FetchContext, fromFetchHandler } from '@fcgi-js/server';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { fieldOf } from '../../src/frameworks/answer.ts';
import type { Listener, RunningApplication } from '../../src/frameworks/application.ts';
import { type Ask, resolveAsk } from '../../src/frameworks/ask.ts';
import { FastcgiPeer } from '../../src/frameworks/fastcgi-peer.ts';
import { startFastcgiSide } from '../../src/frameworks/fastcgi-side.ts';
import { createFiles } from '../../src/frameworks/files.ts';
import { startHttpSide } from '../../src/frameworks/http-side.ts';
import { askOnce } from '../../src/frameworks/side.ts';
import { createTemporaryFolder } from '../../src/temporary-folder.ts';

const PREFIX = '/app';
const files = createFiles();
afterAll(() => files.remove());

/** Below the prefix, and what becomes of it. */
const targets = [
  '/app',
  '/app/',
  '/app?a=1',
  '/app/page?a=1&b=%20',
  '/app/nested/deep/x?y',
  '/app/nested//x;y=z',
  '/app/user/a%2Fb%20c',
  '/app/files/folder',
  '/app/files/folder/',
  '/app/redirect',
  '/app/none',
];

/** The params that nginx sends below a prefix, as docs/web-servers.md §10 has it: the bare prefix is rewritten. */
function below(target: string): Ask {
  const path = target.slice(PREFIX.length).split('?')[0]!.replaceAll('//', '/');
  return { path: target, params: { SCRIPT_NAME: PREFIX, PATH_INFO: decodeURIComponent(path) || '/' } };
}

const expressApplication = (framework: typeof express) => (): Listener => {
  const app = framework();
  app.set('env', 'production');
  const nested = framework.Router();
  nested.use((req, res) => void res.json([req.baseUrl, req.originalUrl, req.url, req.path]));
  app.use('/nested', nested);
  app.use('/files', framework.static(files.folder));
  app.get('/redirect', (req, res) => res.redirect(`${req.baseUrl}/elsewhere`));
  app.get(['/', '/page'], (req, res) => {
    res.json([req.baseUrl, req.originalUrl, req.url, req.path]);
  });
  app.get('/user/:name', (req, res) => void res.json(req.params));
  return app;
};

function koa(): Listener {
  const app = new Koa();
  app.use((ctx) => {
    if (ctx.path === '/none') return;
    if (ctx.path === '/redirect') ctx.redirect('/elsewhere');
    else ctx.body = [ctx.url, ctx.originalUrl, ctx.path, ctx.query, Reflect.get(ctx.req, 'originalUrl')];
  });
  return app.callback();
}

async function byFastify(): Promise<RunningApplication> {
  const app = fastify();
  app.get('/', async ({ originalUrl, query, url }) => ({ originalUrl, query, url }));
  app.get('/page', async ({ originalUrl, query, url }) => ({ originalUrl, query, url }));
  app.get('/user/:name', async ({ params }) => params);
  app.get('/nested/*', async ({ originalUrl, params }) => ({ originalUrl, params }));
  app.get('/redirect', async (_request, reply) => reply.redirect('/elsewhere'));
  await app.ready();
  return { close: () => app.close(), listener: (req, res) => app.routing(req, res) };
}

const applications: Record<string, () => Listener | Promise<RunningApplication>> = {
  'Express 5': expressApplication(express),
  'Express 4': expressApplication(express4),
  Fastify: byFastify,
  Koa: koa,
};

/** The same application as Express mounts it on Node's own server. */
async function mounted(make: () => Listener | Promise<RunningApplication>): Promise<RunningApplication> {
  const made = await make();
  const inner = typeof made === 'function' ? { close: () => {}, listener: made } : made;
  const outer = express();
  outer.use(PREFIX, (req, res) => inner.listener(req, res));
  return { close: inner.close, listener: outer };
}

describe.each(Object.entries(applications))('%s below a prefix', (_, make) => {
  test.each(targets)('answers %s as if app.use(prefix, app) had been called', async (target) => {
    const http = await startHttpSide(() => mounted(make));
    onTestFinished(() => http.close());
    const expected = await askOnce(http, below(target));
    const fastcgi = await startFastcgiSide(make, undefined, http.connections);
    onTestFinished(() => fastcgi.close());
    const answer = await askOnce(fastcgi, below(target));
    expect([answer.status, answer.body.toString()]).toEqual([expected.status, expected.body.toString()]);
    expect(fieldOf(answer.headers, 'location')).toBe(fieldOf(expected.headers, 'location'));
    expect(fastcgi.reports).toEqual([]);
  });
});

/** Rewrites the URL before the application sees it, as programs do in front of a framework. */
async function rewritten(make: () => Listener | Promise<RunningApplication>): Promise<RunningApplication> {
  const made = await make();
  const inner = typeof made === 'function' ? { close: () => {}, listener: made } : made;
  return {
    close: inner.close,
    listener: (req, res) => {
      req.url = req.url?.replace('/old', '');
      return inner.listener(req, res);
    },
  };
}

describe.each(Object.entries(applications))('%s at the root', (_, make) => {
  test.each(['/old/page?a=1', '/old/nested/x', '/old/files/folder', '/old/redirect', '/page', '/none'])(
    'answers %s as over HTTP where something in front of it rewrites req.url',
    async (path) => {
      const http = await startHttpSide(() => rewritten(make));
      onTestFinished(() => http.close());
      const fastcgi = await startFastcgiSide(() => rewritten(make), undefined, http.connections);
      onTestFinished(() => fastcgi.close());
      const [expected, answer] = [await askOnce(http, { path }), await askOnce(fastcgi, { path })];
      expect([answer.status, answer.body.toString()]).toEqual([expected.status, expected.body.toString()]);
      expect(fieldOf(answer.headers, 'location')).toBe(fieldOf(expected.headers, 'location'));
    },
  );
});

test('Express sees prefix and rest', async () => {
  const side = await startFastcgiSide(expressApplication(express));
  onTestFinished(() => side.close());
  const { body } = await askOnce(side, below('/app/nested//x;y=z?a'));
  expect(JSON.parse(body.toString())).toEqual([
    '/app/nested',
    '/app/nested//x;y=z?a',
    '//x;y=z?a',
    '//x;y=z',
  ]);
});

describe('Hono below a prefix', () => {
  const app = new Hono<{ Bindings: FetchContext }>().basePath(PREFIX);
  app.get('/', (c) => c.json([c.env.baseUrl, c.req.path]));
  app.get('/user/:name', (c) => c.json([c.env.baseUrl, c.req.path, c.req.param('name'), c.req.query('x')]));

  test.each([
    ['/app', ['/app', '/app']],
    ['/app/user/a%20b?x=1', ['/app', '/app/user/a b', 'a b', '1']],
  ])('sees %s whole, and the prefix beside it', async (target, seen) => {
    const folder = createTemporaryFolder('fcgi-prefix');
    const path = join(folder.path, 'app.sock');
    const server = createServer({ mount: PREFIX, responder: fromFetchHandler(app.fetch) });
    onTestFinished(async () => {
      await server.close();
      folder.remove();
    });
    await server.listen(`unix:${path}`);
    const manners = { keepConn: false, leaving: 'close' } as const;
    const peer = await FastcgiPeer.open(
      resolveAsk(below(target)),
      { local: 80, remote: 40_000 },
      manners,
      path,
    );
    expect(JSON.parse((await peer.answer).body.toString())).toEqual(seen);
  });
});
