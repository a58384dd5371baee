import { join } from 'node:path';
import { createServer, type FcgiRequestHandler, fromFetchHandler, fromNodeListener } from '@fcgi-js/server';
import bodyParser from 'body-parser';
import express from 'express';
import fastify from 'fastify';
import { createApp, eventHandler, readBody, toNodeListener } from 'h3-v1';
import { Hono } from 'hono';
import Koa from 'koa';
import multer from 'multer';
import getRawBody from 'raw-body';
import { expect, onTestFinished, test } from 'vitest';
import type { Listener } from '../../src/frameworks/application.ts';
import { createTemporaryFolder } from '../../src/temporary-folder.ts';
import { requestBody, requestHead } from '../../src/wire/requests.ts';
import { WireConnection } from '../../src/wire/wire-connection.ts';

const TYPES = {
  form: 'application/x-www-form-urlencoded',
  json: 'application/json',
  multipart: 'multipart/form-data; boundary=x',
  text: 'text/plain',
} as const;

type Kind = keyof typeof TYPES;

function expressWith(...middleware: express.RequestHandler[]): FcgiRequestHandler {
  const app = express();
  app.use(...middleware, (_req, res) => void res.send('whole'));
  return fromNodeListener(app);
}

async function fastifyListener(): Promise<Listener> {
  const app = fastify();
  app.post('/', async () => 'whole');
  await app.ready();
  return (req, res) => app.routing(req, res);
}

function koaListener(): Listener {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx) => {
    ctx.body = await getRawBody(ctx.req, { encoding: true, length: ctx.get('content-length') });
  });
  return app.callback();
}

function hono(read: (req: Request) => Promise<unknown>): FcgiRequestHandler {
  const app = new Hono();
  app.onError((_error, c) => c.text('failed', 400));
  app.post('/', async (c) => c.json(await read(c.req.raw)));
  return fromFetchHandler(app.fetch);
}

function h3(): FcgiRequestHandler {
  const app = createApp();
  app.use(eventHandler((event) => readBody(event)));
  return fromNodeListener(toNodeListener(app));
}

const applications: ReadonlyArray<
  readonly [name: string, kind: Kind, make: () => FcgiRequestHandler | Promise<FcgiRequestHandler>]
> = [
  ['Express with express.json()', 'json', () => expressWith(express.json())],
  ['Express with express.urlencoded()', 'form', () => expressWith(express.urlencoded())],
  ['Express with express.text()', 'text', () => expressWith(express.text())],
  ['Express with express.raw()', 'text', () => expressWith(express.raw({ type: '*/*' }))],
  ['Express with body-parser', 'json', () => expressWith(bodyParser.json())],
  ['Express with multer', 'multipart', () => expressWith(multer().any())],
  ['Fastify', 'json', async () => fromNodeListener(await fastifyListener())],
  ['Fastify, which reads text', 'text', async () => fromNodeListener(await fastifyListener())],
  ['Koa', 'text', () => fromNodeListener(koaListener())],
  ['h3', 'json', h3],
  ['Hono that reads JSON', 'json', () => hono((req) => req.json())],
  ['Hono that reads a form', 'multipart', () => hono(async (req) => [...(await req.formData())])],
  ['Hono that reads text', 'text', () => hono((req) => req.text())],
];

test.for(applications)(
  '%s answers a body that ends early with an error, and its request is ended',
  async ([, kind, make]) => {
    const folder = createTemporaryFolder('fcgi-truncated');
    onTestFinished(folder.remove);
    const codes: unknown[] = [];
    const server = createServer({
      onError: (error) => codes.push(Reflect.get(Object(error), 'code')),
      responder: await make(),
    });
    onTestFinished(() => server.close({ timeout: 0 }));
    const path = join(folder.path, 's');
    await server.listen(path);
    const peer = await WireConnection.open({ path });
    onTestFinished(() => peer.close());
    const params = [['CONTENT_TYPE', TYPES[kind]]] as const;
    for (const body of ['', '{"a']) {
      peer.send(requestHead('/', { contentLength: '10', method: 'POST', params }), requestBody(body));
      const { stdout } = await peer.answer();
      expect(stdout.toString()).toMatch(/^Status: [45]\d\d /m);
    }
    expect(codes.filter((code) => code === 'FCGI_BODY_TRUNCATED')).toHaveLength(2);
  },
);
