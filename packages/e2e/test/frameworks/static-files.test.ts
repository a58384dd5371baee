import compression from 'compression';
import connect from 'connect';
import express from 'express';
import send from 'send';
import serveStatic from 'serve-static';
import { afterAll, expect } from 'vitest';
import { type Course, differential } from '../../src/frameworks/differential.ts';
import { createFiles, MODIFIED } from '../../src/frameworks/files.ts';
import { codeOf, watch } from '../../src/frameworks/recorder.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

const files = createFiles();
afterAll(() => files.remove());

const ALPHABET = { path: '/alphabet.txt' };
const with_ = (...headers: Array<readonly [string, string]>) => ({ ...ALPHABET, headers });

differential(
  'serve-static',
  () => {
    const app = connect();
    app.use('/immutable', serveStatic(files.folder, { immutable: true, maxAge: '1y', dotfiles: 'allow' }));
    app.use(serveStatic(files.folder, { extensions: ['html'] }));
    return app;
  },
  {
    'sends a file': { run: ALPHABET, expect: { status: '200 OK', body: 'abcdefghijklmnopqrstuvwxyz' } },
    'sends a large file': {
      run: { path: '/big.bin' },
      expect: ({ answers }) =>
        expect(sha256(Buffer.from(answers[0]?.body ?? '', 'latin1'))).toBe(sha256(patternBytes(2_000_000))),
    },
    'sends the head of a file': {
      run: { ...ALPHABET, method: 'HEAD' },
      expect: { status: '200 OK', body: '' },
    },
    'sends an empty file': { run: { path: '/empty.txt' }, expect: { status: '200 OK', body: '' } },
    'sends a file with an unusual name': {
      run: { path: '/with%20space%20%C5%BE.txt' },
      expect: { body: 'found' },
    },
    'sends an index': { run: { path: '/folder/' }, expect: { body: '<p>index</p>' } },
    'redirects to a folder': { run: { path: '/folder?x' }, expect: { status: '301 Moved Permanently' } },
    'finds an extension': { run: { path: '/page' }, expect: { body: '<p>page</p>' } },
    'has no such file': { run: { path: '/none' }, expect: { status: '404 Not Found' } },
    'hides what begins with a dot': { run: { path: '/.hidden' }, expect: { status: '404 Not Found' } },
    'stays in its folder': { run: { path: '/../../etc/passwd' }, expect: { status: '404 Not Found' } },
    'stays in its folder when dots are encoded': {
      run: { path: '/%2e%2e/%2e%2e/etc/passwd' },
      expect: { complete: true },
    },
    'refuses a malformed path': { run: { path: '/%' }, expect: { complete: true } },
    'refuses a zero byte': { run: { path: '/a%00b' }, expect: { complete: true } },
    'takes GET and HEAD alone': {
      run: { ...ALPHABET, method: 'POST', body: 'x' },
      expect: { status: '404 Not Found' },
    },
    'may be kept by browsers': {
      run: { path: '/immutable/.hidden' },
      expect: { headers: expect.arrayContaining(['Cache-Control: public, max-age=31536000, immutable']) },
    },
    'sends the beginning': {
      run: with_(['Range', 'bytes=0-2']),
      expect: { status: '206 Partial Content', body: 'abc' },
    },
    'sends the end': {
      run: with_(['Range', 'bytes=-3']),
      expect: { status: '206 Partial Content', body: 'xyz' },
    },
    'sends from the middle on': { run: with_(['Range', 'bytes=23-']), expect: { body: 'xyz' } },
    'sends all of it for several ranges': {
      run: with_(['Range', 'bytes=0-1,3-4']),
      expect: { status: '200 OK' },
    },
    'has no such range': {
      run: with_(['Range', 'bytes=100-']),
      expect: { status: '416 Range Not Satisfiable' },
    },
    'ignores a malformed range': { run: with_(['Range', 'letters=a-c']), expect: { status: '200 OK' } },
    'sends a range if nothing has changed': {
      run: with_(['Range', 'bytes=0-0'], ['If-Range', MODIFIED.toUTCString()]),
      expect: { status: '206 Partial Content', body: 'a' },
    },
    'sends all of it if something has changed': {
      run: with_(['Range', 'bytes=0-0'], ['If-Range', '"another"']),
      expect: { status: '200 OK' },
    },
    'sends nothing that has not changed since': {
      run: with_(['If-Modified-Since', MODIFIED.toUTCString()]),
      expect: { status: '304 Not Modified', body: '' },
    },
    'sends what has changed since': {
      run: with_(['If-Modified-Since', new Date(0).toUTCString()]),
      expect: { status: '200 OK' },
    },
    'sends nothing of which a copy is there': {
      run: with_(['If-None-Match', '*']),
      expect: { status: '304 Not Modified', body: '' },
    },
    'fails where another state is expected': {
      run: with_(['If-Match', '"another"']),
      expect: { status: '412 Precondition Failed' },
    },
  },
);

differential(
  'send',
  ({ note }) =>
    (req, res) => {
      watch(note, req, res);
      send(req, req.url ?? '/', { root: files.folder, start: 1, end: 3 })
        .on('headers', (_res: unknown, path: string) => note(['headers', path.endsWith('alphabet.txt')]))
        .on('file', () => note('file'))
        .on('stream', () => note('stream'))
        .on('end', () => note('end'))
        .on('error', (error: Error) => {
          note(['error', codeOf(error)]);
          res.writeHead(404).end();
        })
        .pipe(res);
    },
  {
    'emits what happens': { run: ALPHABET, expect: { body: 'bcd' } },
    'emits an error': { run: { path: '/none' }, expect: { status: '404 Not Found' } },
  },
);

const LONG = 'a line that is repeated\n'.repeat(2_000);

differential(
  'compression',
  ({ note }) => {
    const app = express();
    app.use(compression({ threshold: 100 }));
    app.use('/long', (_req, res) => {
      res.on('finish', () => note('finish')).on('close', () => note('close'));
      res.setHeader('Content-Type', 'text/plain');
      res.end(LONG);
    });
    app.use('/short', (_req, res) => {
      res.setHeader('Content-Type', 'text/plain');
      res.end('short');
    });
    app.use('/image', (_req, res) => {
      res.setHeader('Content-Type', 'image/png');
      res.end(LONG);
    });
    app.use('/length', (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': LONG.length });
      res.end(LONG);
    });
    app.use('/stream', (_req, res) => {
      res.setHeader('Content-Type', 'text/plain');
      res.write(LONG);
      const flush: unknown = Reflect.get(res, 'flush');
      if (typeof flush === 'function') flush.call(res);
      setTimeout(() => res.end(LONG), 5);
    });
    app.use('/files', serveStatic(files.folder));
    return app;
  },
  codings(),
);

function codings(): Record<string, Course> {
  const paths = ['/long', '/short', '/image', '/length', '/stream', '/files/page.html', '/files/big.bin'];
  const courses: Record<string, Course> = {};
  for (const coding of ['gzip', 'deflate', 'br', 'identity', 'gzip;q=0.5, br;q=0']) {
    for (const path of paths) {
      courses[`sends ${path} to a browser that accepts ${coding}`] = {
        run: { path, headers: [['Accept-Encoding', coding]] },
        expect: { status: '200 OK', complete: true },
      };
    }
  }
  return courses;
}

differential(
  'compression',
  () => {
    const app = express();
    app.use(compression());
    app.use((_req, res) => {
      res.setHeader('Content-Type', 'text/plain');
      res.end(LONG);
    });
    return app;
  },
  {
    compresses: {
      run: { headers: [['Accept-Encoding', 'gzip']] },
      expect: { headers: expect.arrayContaining(['Content-Encoding: gzip', 'Vary: Accept-Encoding']) },
    },
    'leaves HEAD alone': {
      run: { method: 'HEAD', headers: [['Accept-Encoding', 'gzip']] },
      expect: { status: '200 OK', body: '' },
    },
  },
);
