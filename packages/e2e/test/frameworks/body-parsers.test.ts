import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import bodyParser from 'body-parser';
import connect from 'connect';
import { expect } from 'vitest';
import type { MakeApplication } from '../../src/frameworks/application.ts';
import { type Course, differential } from '../../src/frameworks/differential.ts';

const application: MakeApplication = () => {
  const app = connect();
  app.use('/json', bodyParser.json({ limit: '1kb' }));
  app.use('/strict', bodyParser.json({ strict: true, verify: (_req, _res, buffer) => void buffer.length }));
  app.use('/form', bodyParser.urlencoded({ extended: false, parameterLimit: 3 }));
  app.use('/extended', bodyParser.urlencoded({ extended: true }));
  app.use('/raw', bodyParser.raw({ type: '*/*', limit: 100_000 }));
  app.use('/text', bodyParser.text({ type: 'text/*', defaultCharset: 'utf-8' }));
  app.use((req, res) => {
    const body: unknown = Reflect.get(req, 'body');
    res.end(body instanceof Buffer ? body.toString('hex') : (JSON.stringify(body) ?? 'none'));
  });
  app.use((error: Error, _req: connect.IncomingMessage, res: ServerResponse, _next: connect.NextFunction) => {
    res.statusCode = Number(Reflect.get(error, 'status') ?? 500);
    res.end(String(Reflect.get(error, 'type')));
  });
  return app;
};

function post(
  path: string,
  type: string,
  body: string | Uint8Array,
  expected: Course['expect'],
  more = {},
): Course {
  const headers = [['Content-Type', type] as const, ...Object.entries(more)];
  return {
    run: { path, body, headers: headers.map(([name, value]) => [name, String(value)] as const) },
    expect: expected,
    order: 'each',
  };
}

differential('body-parser', application, {
  'parses JSON': post('/json', 'application/json', '{"a":1}', { body: '{"a":1}' }),
  'parses JSON in UTF-16': post(
    '/json',
    'application/json; charset=utf-16',
    Buffer.from('{"\u017e":1}', 'utf16le'),
    {
      status: '200 OK',
    },
  ),
  'parses JSON that is compressed': post(
    '/json',
    'application/json',
    gzipSync('{"z":1}'),
    { body: '{"z":1}' },
    {
      'Content-Encoding': 'gzip',
    },
  ),
  'refuses a coding that it does not know': post(
    '/json',
    'application/json',
    '{}',
    { status: '415 Unsupported Media Type' },
    {
      'Content-Encoding': 'nonsense',
    },
  ),
  'refuses broken compression': post(
    '/json',
    'application/json',
    'not gzip',
    { status: '400 Bad Request' },
    {
      'Content-Encoding': 'gzip',
    },
  ),
  'refuses malformed JSON': post('/json', 'application/json', '{"a":', {
    status: '400 Bad Request',
    body: 'entity.parse.failed',
  }),
  'refuses JSON above its limit': post('/json', 'application/json', `"${'x'.repeat(2_000)}"`, {
    status: '413 Payload Too Large',
    body: 'entity.too.large',
  }),
  'refuses JSON above its limit that comes without a length': {
    run: {
      path: '/json',
      body: `"${'x'.repeat(2_000)}"`,
      chunked: true,
      headers: [['Content-Type', 'application/json']],
    },
    expect: { body: 'entity.too.large' },
    order: 'each',
  },
  'parses JSON that comes without a length': {
    run: { path: '/json', body: '{"a":1}', chunked: true, headers: [['Content-Type', 'application/json']] },
    expect: { body: '{"a":1}' },
  },
  'refuses a charset that it does not know': post('/json', 'application/json; charset=nonsense', '{}', {
    status: '415 Unsupported Media Type',
  }),
  'refuses primitives when strict': post('/strict', 'application/json', '7', { status: '400 Bad Request' }),
  'takes an empty body for none': post('/json', 'application/json', '', { status: '200 OK' }),
  'leaves other types alone': post('/json', 'text/plain', 'text', { status: '200 OK' }),
  'parses a form': post('/form', 'application/x-www-form-urlencoded', 'a=1&b=%20', {
    body: '{"a":"1","b":" "}',
  }),
  'refuses a form with too many fields': post('/form', 'application/x-www-form-urlencoded', 'a&b&c&d', {
    status: '413 Payload Too Large',
  }),
  'parses a nested form': post('/extended', 'application/x-www-form-urlencoded', 'a[b]=1', {
    body: '{"a":{"b":"1"}}',
  }),
  'keeps raw bytes': post('/raw', 'application/octet-stream', Buffer.from([0, 255]), { body: '00ff' }),
  'refuses raw bytes above its limit': post('/raw', 'application/octet-stream', Buffer.alloc(300_000), {
    status: '413 Payload Too Large',
  }),
  'parses text': post('/text', 'text/plain', '\u017elu\u0165', { body: '"\xc5\xbelu\xc5\xa5"' }),
  'parses text in its charset': post('/text', 'text/plain; charset=latin1', Buffer.from([0xe9]), {
    body: '"\xc3\xa9"',
  }),
  'sees no body where there is none': { run: { path: '/json' }, expect: { status: '200 OK' } },
  'is told of an upload that breaks off': {
    run: async (side) => {
      const peer = await side.open({
        path: '/json',
        contentLength: 100,
        headers: [['Content-Type', 'application/json']],
      });
      peer.send('{"a":');
      // Until the application has begun to read there is nothing to tell it.
      await new Promise((resolve) => setTimeout(resolve, 20));
      peer.leave();
      return [await peer.answer];
    },
    expect: ({ answers }) => expect(answers[0]?.complete).toBe(false),
  },
});

differential(
  'connect',
  ({ note }) => {
    const app = connect();
    app.use((req, _res, next) => {
      note([req.url, req.originalUrl]);
      next();
    });
    app.use('/prefix', (req, _res, next) => {
      note([req.url, req.originalUrl]);
      next();
    });
    app.use('/prefix/answer', (_req, res) => void res.end('answered'));
    app.use('/throw', () => {
      throw Object.assign(new Error('hidden'), { status: 503 });
    });
    app.use(
      (error: Error, _req: connect.IncomingMessage, res: ServerResponse, next: connect.NextFunction) => {
        note(error.message);
        if (res.headersSent) next(error);
        else res.writeHead(503).end('handled');
      },
    );
    return app;
  },
  {
    'takes prefixes off': {
      run: { path: '/prefix/answer?x' },
      expect: ({ notes }) =>
        expect(notes).toEqual([
          ['/prefix/answer?x', '/prefix/answer?x'],
          ['/answer?x', '/prefix/answer?x'],
        ]),
    },
    'handles what is thrown': {
      run: { path: '/throw' },
      expect: { status: '503 Service Unavailable', body: 'handled' },
    },
    'has no such page': { run: { path: '/none' }, expect: { status: '404 Not Found' } },
  },
);
