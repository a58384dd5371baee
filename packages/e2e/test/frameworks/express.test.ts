import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import express4 from 'express4';
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import type { MakeApplication } from '../../src/frameworks/application.ts';
import { differential } from '../../src/frameworks/differential.ts';
import { createFiles } from '../../src/frameworks/files.ts';
import { codeOf, watch } from '../../src/frameworks/recorder.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

const files = createFiles();
// Express prints what it answers with an error page.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
afterAll(() => files.remove());

const application =
  (framework: typeof express): MakeApplication =>
  ({ note }) => {
    const app = framework();
    // Otherwise error pages have stacks, which are not the same on two servers.
    app.set('env', 'production');
    app.set('trust proxy', 'loopback');
    app.use((req, res, next) => {
      watch(note, req, res);
      next();
    });
    app.get('/', (_req, res) => void res.send('hello'));
    app.get('/html', (_req, res) => void res.type('html').send('<p>hello</p>'));
    app.get('/buffer', (_req, res) => void res.send(Buffer.from([0, 255])));
    app.all(
      '/json',
      framework.json(),
      (req, res) => void res.json({ method: req.method, body: req.body ?? null }),
    );
    app.post('/form', framework.urlencoded({ extended: true }), (req, res) => void res.json(req.body));
    app.get('/jsonp', (_req, res) => void res.jsonp({ a: 1 }));
    app.get('/users/:id', (req, res) => void res.json({ params: req.params, query: req.query }));
    app.get('/about', (req, res) => {
      const { fresh, hostname, ip, ips, originalUrl, path, protocol, secure, subdomains, xhr } = req;
      res.json({ fresh, hostname, ip, ips, originalUrl, path, protocol, secure, subdomains, xhr });
    });
    app.get('/redirect', (_req, res) => res.redirect('/elsewhere?x=\u017e'));
    app.get('/redirect/back', (_req, res) => res.redirect(301, 'http://example.test/'));
    app.get('/cookies', (req, res) => {
      res.cookie('a', '1', { httpOnly: true }).cookie('b', 'x y;').clearCookie('c');
      res.json(req.headers.cookie ?? null);
    });
    app.get('/status/:code', (req, res) => void res.sendStatus(Number(req.params['code'])));
    app.get('/empty', (_req, res) => void res.status(204).end());
    app.get('/headers', (_req, res) => {
      res
        .set({ 'X-A': '1', 'X-B': ['2', '3'] })
        .vary('Accept')
        .vary('Cookie')
        .append('Link', '<a>');
      res
        .links({ next: 'http://example.test/2' })
        .location('/x\u00e9')
        .attachment('report \u20ac.txt')
        .send('x');
    });
    app.get('/format', (_req, res) => {
      res.format({ text: () => void res.send('text'), json: () => void res.json({ json: true }) });
    });
    app.get('/etag', (_req, res) => void res.set('ETag', '"fixed"').send('content'));
    app.get('/file/:name', (req, res) => {
      res.sendFile(req.params['name'] ?? '', { root: files.folder }, (error) => {
        note(['sendFile', codeOf(error)]);
        if (error && !res.headersSent) res.status(404).send('no such file');
      });
    });
    app.get('/download', (_req, res) => void res.download(`${files.folder}/alphabet.txt`, 'letters.txt'));
    app.get('/stream', async (_req, res) => {
      for (const part of ['one ', 'two ', 'three']) {
        res.write(part);
        await delay(5);
      }
      res.end();
    });
    app.get('/throw', () => {
      throw Object.assign(new Error('hidden'), { status: 418, headers: { 'X-Error': 'yes' } });
    });
    app.get('/next-error', (_req, _res, next) => next(new Error('hidden')));
    app.get('/throw-late', (_req, res, next) => {
      res.write('begun');
      setTimeout(() => next(new Error('hidden')), 5);
    });
    const router = framework.Router();
    router.get('/where', (req, res) => {
      res.json([req.baseUrl, req.url, req.originalUrl, req.path, req.app === app]);
    });
    app.use('/mounted', router);
    const inner = framework();
    inner.get(
      '/where',
      (req, res) => void res.json([req.baseUrl, req.url, req.originalUrl, inner.mountpath]),
    );
    app.use('/inner', inner);
    app.use('/static', framework.static(files.folder));
    app.get('/prototype', (req, res) => {
      note([req.constructor.name, res.constructor.name, Object.getPrototypeOf(req) === app.request]);
      note([
        typeof req.get,
        typeof res.json,
        Object.getPrototypeOf(res) === app.response,
        req.res === res,
        res.req === req,
      ]);
      res.end();
    });
    return app;
  };

const ok = (body: string) => ({ status: '200 OK', body });
const json = (value: unknown) => ({ body: JSON.stringify(value) });

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('%s', (name, framework) => {
  differential(name, application(framework), {
    'sends text': { run: { path: '/' }, expect: ok('hello') },
    'sends text to HEAD': { run: { path: '/', method: 'HEAD' }, expect: { status: '200 OK', body: '' } },
    'sends HTML': { run: { path: '/html' }, expect: ok('<p>hello</p>') },
    'sends bytes': { run: { path: '/buffer' }, expect: ok('\x00\xff') },
    'sends text to a browser of HTTP/1.0': { run: { path: '/', version: '1.0' }, expect: ok('hello') },
    'parses JSON': {
      run: { path: '/json', body: '{"a":[1,"\u017e"]}', headers: [['Content-Type', 'application/json']] },
      expect: { status: '200 OK' },
    },
    'sees no body where there is none': { run: { path: '/json' }, expect: { status: '200 OK' } },
    'sees no body of a DELETE without one': {
      run: { path: '/json', method: 'DELETE' },
      expect: { status: '200 OK' },
    },
    'refuses JSON that is none': {
      run: { path: '/json', body: '{"a"', headers: [['Content-Type', 'application/json']] },
      expect: { status: '400 Bad Request' },
    },
    'refuses a body that is too large': {
      run: {
        path: '/json',
        body: `"${'x'.repeat(150_000)}"`,
        headers: [['Content-Type', 'application/json']],
      },
      expect: { status: '413 Payload Too Large' },
      order: 'each',
    },
    'parses a form': {
      run: {
        path: '/form',
        body: 'a=1&b[c]=%C5%BE',
        headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      },
      expect: { status: '200 OK' },
    },
    'sends JSON with padding': { run: { path: '/jsonp?callback=f' }, expect: { status: '200 OK' } },
    'reads params and query': {
      run: { path: '/users/a%2Fb?x=1&x=2&y[z]=3' },
      expect: { body: expect.stringContaining('{"params":{"id":"a/b"}') },
    },
    'knows the browser': {
      run: {
        path: '/about',
        headers: [
          ['X-Forwarded-For', '192.0.2.1'],
          ['X-Forwarded-Proto', 'https'],
          ['X-Forwarded-Host', 'a.b.example.test'],
          ['X-Requested-With', 'XMLHttpRequest'],
        ],
      },
      expect: { body: expect.stringContaining('"ip":"192.0.2.1"') },
    },
    redirects: { run: { path: '/redirect' }, expect: { status: '302 Found' } },
    'redirects for good': { run: { path: '/redirect/back' }, expect: { status: '301 Moved Permanently' } },
    'sets and reads cookies': {
      run: { path: '/cookies', headers: [['Cookie', 'x=1; y=2']] },
      expect: json('x=1; y=2'),
    },
    'sends a status': {
      run: { path: '/status/403' },
      expect: { status: '403 Forbidden', body: 'Forbidden' },
    },
    'sends 204': { run: { path: '/empty' }, expect: { status: '204 No Content' } },
    'sets header fields of all kinds': { run: { path: '/headers' }, expect: ok('x') },
    negotiates: {
      run: { path: '/format', headers: [['Accept', 'application/json']] },
      expect: json({ json: true }),
    },
    'answers 304 to what has not changed': {
      run: { path: '/etag', headers: [['If-None-Match', '"fixed"']] },
      expect: { status: '304 Not Modified', body: '' },
    },
    'sends a file': { run: { path: '/file/alphabet.txt' }, expect: ok('abcdefghijklmnopqrstuvwxyz') },
    'sends a large file': {
      run: { path: '/file/big.bin' },
      expect: ({ answers }) =>
        expect(sha256(Buffer.from(answers[0]?.body ?? '', 'latin1'))).toBe(sha256(patternBytes(2_000_000))),
    },
    'sends a part of a file': {
      run: { path: '/file/alphabet.txt', headers: [['Range', 'bytes=2-4']] },
      expect: { status: '206 Partial Content', body: 'cde' },
    },
    'has no such file': {
      run: { path: '/file/none' },
      expect: { status: '404 Not Found', body: 'no such file' },
    },
    'tells sendFile that the browser has gone': {
      run: async (side) => {
        const peer = await side.open({ path: '/file/huge.bin' });
        await peer.received(1);
        peer.pause();
        await delay(20);
        peer.leave();
        return [await peer.answer];
      },
      expect: ({ notes }) => expect(notes).toContainEqual(['sendFile', 'ECONNABORTED']),
      // Node's socket may notice it by an error before it closes.
      order: 'none',
    },
    'lets a file be downloaded': { run: { path: '/download' }, expect: ok('abcdefghijklmnopqrstuvwxyz') },
    streams: { run: { path: '/stream' }, expect: ok('one two three') },
    'handles what is thrown': { run: { path: '/throw' }, expect: { status: "418 I'm a Teapot" } },
    'handles what is passed on': {
      run: { path: '/next-error' },
      expect: { status: '500 Internal Server Error' },
    },
    'breaks off when an error comes late': {
      run: { path: '/throw-late' },
      expect: { complete: false },
      reports: ['FCGI_HANDLER_FAILED'],
      order: 'each',
    },
    'has no such page': { run: { path: '/none' }, expect: { status: '404 Not Found' } },
    'answers OPTIONS': { run: { path: '/json', method: 'OPTIONS' }, expect: { status: '200 OK' } },
    'mounts a router': {
      run: { path: '/mounted/where?q' },
      expect: json(['/mounted', '/where?q', '/mounted/where?q', '/where', true]),
    },
    'mounts an application': {
      run: { path: '/inner/where' },
      expect: json(['/inner', '/where', '/inner/where', '/inner']),
    },
    'serves static files': { run: { path: '/static/page.html' }, expect: ok('<p>page</p>') },
    'replaces the prototypes': {
      run: { path: '/prototype' },
      expect: ({ notes }) => expect(notes).toContainEqual(['IncomingMessage', 'ServerResponse', true]),
    },
  });
});

differential(
  'Express 5',
  () => {
    const app = express();
    app.set('env', 'production');
    app.get('/rejects', async () => {
      await delay(1);
      throw new Error('hidden');
    });
    return app;
  },
  {
    'handles promises that are rejected': {
      run: { path: '/rejects' },
      expect: { status: '500 Internal Server Error' },
    },
  },
);
