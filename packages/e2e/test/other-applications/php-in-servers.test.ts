import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createGateway, type Gateway, type GatewayOptions } from '@fcgi-js/client';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import express from 'express';
import { Hono } from 'hono';
import { cloneRawRequest } from 'hono/request';
import { createServer as createViteServer, type Plugin } from 'vite';
import { expect, onTestFinished } from 'vitest';
import { describeOther, type OtherSession } from '../../src/describe-other.ts';
import { startPhpFpm } from '../../src/other-applications.ts';

const WHAT_PHP_SEES = `<?php
header('Content-Type: application/json');
echo json_encode([
  'script' => basename(__DIR__) . '/' . basename(__FILE__),
  'uri' => $_SERVER['REQUEST_URI'],
  'pathInfo' => $_SERVER['PATH_INFO'] ?? '',
  'query' => $_GET,
  'form' => $_POST,
  'files' => array_map(fn ($file) => [$file['name'], file_get_contents($file['tmp_name'])], $_FILES),
  'body' => file_get_contents('php://input'),
  'from' => $_SERVER['REMOTE_ADDR'],
]);
`;

/** A folder as that of a site in PHP: a front controller, a second one in a folder, an asset. */
async function site({ application }: OtherSession): Promise<string> {
  const root = join(application.folder, 'public');
  await mkdir(join(root, 'admin'), { recursive: true });
  for (const script of ['index.php', 'admin/index.php']) await writeFile(join(root, script), WHAT_PHP_SEES);
  await writeFile(join(root, 'style.css'), 'body { color: red }\n');
  return root;
}

function gatewayFor(session: OtherSession, documentRoot: string, options: GatewayOptions = {}): Gateway {
  const { address } = session.application;
  const gateway = createGateway({
    documentRoot,
    script: { split: '.php', index: 'index.php' },
    ...options,
    address,
  });
  onTestFinished(() => gateway.close({ timeout: 1_000 }));
  return gateway;
}

async function listening(listener: (req: IncomingMessage, res: ServerResponse) => unknown): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What each server has to pass on, whatever it does besides. */
async function expectSite(url: string): Promise<void> {
  const asked = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).json();
  expect(await asked('/blog/a%20post?p=7')).toMatchObject({
    script: 'public/index.php',
    uri: '/blog/a%20post?p=7',
    query: { p: '7' },
    from: '127.0.0.1',
  });
  expect(await asked('/')).toMatchObject({ script: 'public/index.php', uri: '/' });
  expect(await asked('/admin/')).toMatchObject({ script: 'admin/index.php', uri: '/admin/' });
  expect(await asked('/index.php/a/b?c=d')).toMatchObject({ pathInfo: '/a/b', uri: '/index.php/a/b?c=d' });
  const moved = await fetch(`${url}/admin?x=1`, { redirect: 'manual' });
  expect([moved.status, moved.headers.get('location')]).toEqual([308, '/admin/?x=1']);
  // However it is written, the text of a script is not sent.
  for (const path of ['/index%2ephp', '/%69ndex.php', '/admin%2Findex.php', '/index.PHP', '//index.php']) {
    expect(await (await fetch(`${url}${path}`)).text(), path).not.toContain('<?php');
  }
  const form = new FormData();
  form.set('field', 'grüße');
  form.set('file', new File(['content'], 'a.txt'));
  expect(await asked('/upload', { method: 'POST', body: form })).toMatchObject({
    form: { field: 'grüße' },
    files: { file: ['a.txt', 'content'] },
  });
}

/** What PHP has to get of bodies that a parser has read before. */
async function expectBodies(url: string): Promise<void> {
  const posted = async (type: string, body: string) =>
    (await fetch(`${url}/api`, { method: 'POST', body, headers: { 'Content-Type': type } })).json();
  expect(await posted('application/json', '{"a":[1]}')).toMatchObject({ body: '{"a":[1]}' });
  expect(
    await posted('application/x-www-form-urlencoded', 'name=Ada&tags[]=1&tags[]=2&a[b][c]=d'),
  ).toMatchObject({ form: { name: 'Ada', tags: ['1', '2'], a: { b: { c: 'd' } } } });
}

describeOther('PHP inside another server', ['php-fpm8.2'], startPhpFpm, (test) => {
  test('Express serves the assets, and PHP the rest', async (session) => {
    const root = await site(session);
    const gateway = gatewayFor(session, root);
    const app = express();
    app.get('/health', (_req, res) => void res.json({ ok: true }));
    const files = express.static(root, { index: false, redirect: false });
    app.use((req, res, next) => (gateway.isScript(req.url) ? next() : files(req, res, next)));
    app.use(gateway.listener);
    const url = await listening(app);
    await expectSite(url);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ ok: true });
    expect((await fetch(`${url}/style.css`)).headers.get('content-type')).toMatch(/^text\/css/);
    expect(await (await fetch(`${url}/index.php`)).json()).toMatchObject({ script: 'public/index.php' });
  });

  test('below a path of an Express application', async (session) => {
    const gateway = gatewayFor(session, await site(session), { mount: '/shop' });
    const app = express();
    app.use('/shop', gateway.listener);
    app.use((_req, res) => void res.status(404).end('of Express'));
    const url = await listening(app);
    await expect((await fetch(`${url}/shop/cart?a=1`)).json()).resolves.toMatchObject({
      script: 'public/index.php',
      uri: '/shop/cart?a=1',
    });
    const moved = await fetch(`${url}/shop/admin`, { redirect: 'manual' });
    expect(moved.headers.get('location')).toBe('/shop/admin/');
    expect(await (await fetch(`${url}/other`)).text()).toBe('of Express');
  });

  for (const extended of [true, false]) {
    test(`behind the body parsers of Express, with "extended: ${extended}"`, async (session) => {
      const app = express();
      app.use(express.json(), express.urlencoded({ extended }));
      app.use(gatewayFor(session, await site(session)).listener);
      await expectBodies(await listening(app));
    });
  }

  test('Hono on Node passes on the request and response of Node', async (session) => {
    const gateway = gatewayFor(session, await site(session));
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.get('/health', (c) => c.json({ ok: true }));
    app.all('*', (c) => {
      gateway.listener(c.env.incoming, c.env.outgoing);
      return RESPONSE_ALREADY_SENT;
    });
    const url = await listening(getRequestListener(app.fetch));
    await expectSite(url);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ ok: true });
  });

  test('Hono after a parser has read the body', async (session) => {
    const addresses = new WeakMap<object, string>();
    const gateway = gatewayFor(session, await site(session), {
      params: (request) => ({ REMOTE_ADDR: addresses.get(request) ?? '' }),
    });
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.use(async (c, next) => {
      const type = c.req.header('content-type') ?? '';
      if (type.startsWith('application/json')) await c.req.json();
      else if (type !== '') await c.req.parseBody();
      await next();
    });
    app.all('*', async (c) => {
      const request = await cloneRawRequest(c.req);
      addresses.set(request, getConnInfo(c).remote.address ?? '');
      return gateway.fetch(request);
    });
    const url = await listening(getRequestListener(app.fetch));
    await expectSite(url);
    await expectBodies(url);
  });

  test('Vite serves its modules, and PHP the pages', async (session) => {
    const root = await site(session);
    await writeFile(join(root, 'main.ts'), 'export const answer: number = 42;\n');
    const gateway = gatewayFor(session, root);
    const plugin: Plugin = {
      name: 'php',
      configureServer({ middlewares }) {
        // Vite would send the text of a script.
        middlewares.use((req, res, next) => {
          if (gateway.isScript(req.url ?? '')) gateway.listener(req, res);
          else next();
        });
        return () => middlewares.use(gateway.listener);
      },
    };
    const vite = await createViteServer({
      appType: 'custom',
      cacheDir: join(session.application.folder, 'vite'),
      configFile: false,
      logLevel: 'error',
      optimizeDeps: { noDiscovery: true },
      plugins: [plugin],
      root,
      server: { host: '127.0.0.1', port: 0, watch: null, ws: false },
    });
    onTestFinished(() => vite.close());
    await vite.listen(0);
    const url = `http://127.0.0.1:${(vite.httpServer!.address() as AddressInfo).port}`;
    await expectSite(url);
    const module = await (await fetch(`${url}/main.ts`)).text();
    expect(module).toContain('export const answer = 42');
    expect(
      (await fetch(`${url}/style.css`, { headers: { accept: 'text/css' } })).headers.get('content-type'),
    ).toMatch(/^text\/css/);
  });
});
