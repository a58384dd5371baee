import { createServer } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { describe, expect } from 'vitest';
import type { Listener, MakeApplication } from '../../src/frameworks/application.ts';
import { differential } from '../../src/frameworks/differential.ts';
import { codeOf } from '../../src/frameworks/recorder.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

type Note = (what: unknown) => void;

function addRoutes(app: FastifyInstance, note: Note): void {
  app.addHook('onRequest', async (request) => note(['onRequest', request.method, request.url]));
  app.addHook('onResponse', async (_request, reply) => note(['onResponse', reply.statusCode, reply.sent]));
  app.addHook('onRequestAbort', async (_request) => note('onRequestAbort'));
  app.addHook('onError', async (_request, _reply, error) => note(['onError', codeOf(error)]));
  app.get('/', async () => 'hello');
  app.get('/json', async () => ({ hello: 'world' }));
  app.post('/json', async (request) => ({ body: request.body }));
  app.delete('/json', async (request) => ({ body: request.body ?? null }));
  app.get(
    '/typed/:id',
    { schema: { params: { type: 'object', properties: { id: { type: 'integer' } } } } },
    async (request) => request.params,
  );
  app.get('/query', async (request) => request.query);
  app.get('/about', async ({ host, hostname, ip, originalUrl, protocol, raw, socket, url }) => {
    return {
      host,
      hostname,
      ip,
      originalUrl,
      protocol,
      url,
      same: raw.socket === socket,
      version: raw.httpVersion,
    };
  });
  app.get('/status', async (_request, reply) =>
    reply.code(418).header('X-A', '1').send({ short: 'and stout' }),
  );
  app.get('/empty', async (_request, reply) => reply.code(204).send());
  app.get('/redirect', async (_request, reply) => reply.redirect('/elsewhere', 303));
  app.get('/cookies', async (request, reply) => {
    reply.header('Set-Cookie', 'a=1').header('Set-Cookie', 'b=2');
    return request.headers.cookie ?? 'none';
  });
  app.get('/stream', async (_request, reply) => reply.send(Readable.from(['one ', 'two ', 'three'])));
  app.get('/slow-stream', (_request, reply) => {
    const stream = new PassThrough();
    void reply.send(stream);
    stream.write('one ');
    setTimeout(() => stream.end('two'), 5);
  });
  app.get('/failing-stream', (_request, reply) => {
    async function* failing() {
      yield 'begun';
      await delay(5);
      throw Object.assign(new Error('no more'), { code: 'NO_MORE' });
    }
    return reply.send(Readable.from(failing()));
  });
  app.get('/buffer', async () => Buffer.from([0, 255]));
  app.get('/response', async () => new Response('fetched', { status: 201, headers: { 'X-Kind': 'fetch' } }));
  app.get('/big', async () => patternBytes(1_000_000));
  app.get('/raw', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'Content-Type': 'text/plain' });
    reply.raw.write('raw ');
    reply.raw.end('answer');
  });
  app.get('/trailer', async (_request, reply) => {
    reply.trailer('X-Checksum', async () => 'abc');
    return 'body';
  });
  app.get('/hints', async (_request, reply) => {
    reply.writeEarlyHints({ Link: '</a.css>; rel=preload' });
    return 'hinted';
  });
  app.get('/throw', async () => {
    throw Object.assign(new Error('told to the browser'), { statusCode: 409 });
  });
  app.get('/waiting', async (request) => {
    note('ready');
    await new Promise((resolve) => request.raw.once('close', resolve));
    return 'nobody hears this';
  });
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) =>
    done(null, `parsed ${body}`),
  );
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  app.post('/upload', async (request) => {
    const parts: Buffer[] = [];
    if (request.body instanceof Readable) for await (const part of request.body) parts.push(part);
    return sha256(Buffer.concat(parts));
  });
}

/** The options of everybody: no log, and limits that a test can reach. */
const OPTIONS: FastifyServerOptions = { bodyLimit: 100_000, routerOptions: { ignoreTrailingSlash: true } };

const byServerFactory: MakeApplication = async ({ note }) => {
  let listener: Listener | undefined;
  const app = fastify({
    ...OPTIONS,
    serverFactory: (handler) => {
      listener = handler;
      return createServer(handler);
    },
  });
  addRoutes(app, note);
  await app.ready();
  return { close: () => app.close(), listener: listener! };
};

const byRouting: MakeApplication = async ({ note }) => {
  const app = fastify(OPTIONS);
  addRoutes(app, note);
  await app.ready();
  return { close: () => app.close(), listener: (req, res) => app.routing(req, res) };
};

const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const post = (body: string, ...headers: Array<readonly [string, string]>) => ({
  path: '/json',
  body,
  headers,
});

describe.each([
  ['by its serverFactory', byServerFactory],
  ['by its routing', byRouting],
])('Fastify 5, served %s,', (name, application) => {
  differential(name, application, {
    'sends text': { run: { path: '/' }, expect: { status: '200 OK', body: 'hello' } },
    'sends JSON': { run: { path: '/json' }, expect: { body: '{"hello":"world"}' } },
    'answers HEAD': { run: { path: '/json', method: 'HEAD' }, expect: { status: '200 OK', body: '' } },
    'answers a browser of HTTP/1.0': {
      run: { path: '/json', version: '1.0' },
      expect: { body: '{"hello":"world"}' },
    },
    'parses JSON': { run: post('{"a":1}', JSON_TYPE), expect: { body: '{"body":{"a":1}}' } },
    'parses text': {
      run: post('abc', ['Content-Type', 'text/plain']),
      expect: { body: '{"body":"parsed abc"}' },
    },
    'refuses malformed JSON': { run: post('{"a"', JSON_TYPE), expect: { status: '400 Bad Request' } },
    'refuses JSON without any': { run: post('', JSON_TYPE), expect: { status: '400 Bad Request' } },
    'refuses a type that it does not know': {
      run: post('x', ['Content-Type', 'nonsense/nonsense']),
      expect: { status: '415 Unsupported Media Type' },
    },
    'refuses a body that is too large': {
      run: post(`"${'x'.repeat(200_000)}"`, JSON_TYPE),
      expect: { status: '413 Payload Too Large' },
    },
    'refuses a body of unknown length that is too large': {
      run: { ...post(`"${'x'.repeat(200_000)}"`, JSON_TYPE), chunked: true },
      expect: { status: '413 Payload Too Large' },
      order: 'none',
    },
    'sees no body of a DELETE without one': {
      run: { path: '/json', method: 'DELETE' },
      expect: { body: '{"body":null}' },
    },
    'takes a stream for a body': {
      run: {
        path: '/upload',
        body: patternBytes(90_000),
        headers: [['Content-Type', 'application/octet-stream']],
      },
      expect: { body: sha256(patternBytes(90_000)) },
    },
    validates: { run: { path: '/typed/x' }, expect: { status: '400 Bad Request' } },
    'reads params': { run: { path: '/typed/7/' }, expect: { body: '{"id":7}' } },
    'reads the query': { run: { path: '/query?a=1&a=2&b=%C5%BE' }, expect: { status: '200 OK' } },
    'knows the browser': {
      run: { path: '/about?x' },
      expect: { body: expect.stringContaining('"ip":"127.0.0.1"') },
    },
    'sets status and fields': { run: { path: '/status' }, expect: { status: "418 I'm a Teapot" } },
    'sends nothing': { run: { path: '/empty' }, expect: { status: '204 No Content' } },
    redirects: { run: { path: '/redirect' }, expect: { status: '303 See Other' } },
    'sets and reads cookies': {
      run: { path: '/cookies', headers: [['Cookie', 'x=1']] },
      expect: { body: 'x=1', headers: expect.arrayContaining(['set-cookie: a=1', 'set-cookie: b=2']) },
    },
    'sends a stream': { run: { path: '/stream' }, expect: { body: 'one two three' } },
    'sends a slow stream': { run: { path: '/slow-stream' }, expect: { body: 'one two' } },
    'breaks off with a stream that fails': {
      run: { path: '/failing-stream' },
      expect: { complete: false },
      reports: ['FCGI_HANDLER_FAILED'],
      order: 'none',
    },
    'sends bytes': { run: { path: '/buffer' }, expect: { body: '\x00\xff' } },
    'sends what fetch gives': {
      run: { path: '/response' },
      expect: { status: '201 Created', body: 'fetched' },
    },
    'sends much': {
      run: { path: '/big' },
      expect: ({ answers }) => expect(answers[0]?.body).toHaveLength(1_000_000),
    },
    'leaves the raw response to the application': { run: { path: '/raw' }, expect: { body: 'raw answer' } },
    'declares trailers': { run: { path: '/trailer' }, expect: { body: 'body' } },
    'sends early hints': { run: { path: '/hints' }, expect: { status: '200 OK', body: 'hinted' } },
    'handles what is thrown': { run: { path: '/throw' }, expect: { status: '409 Conflict' } },
    'has no such page': { run: { path: '/none' }, expect: { status: '404 Not Found' } },
    'is told that the browser has gone': {
      run: async (side) => {
        const peer = await side.open({ path: '/waiting' });
        await side.recorder.until('ready');
        peer.leave();
        return [await peer.answer];
      },
      expect: ({ notes }) => expect(notes).toContain('onRequestAbort'),
      order: 'none',
    },
  });
});
