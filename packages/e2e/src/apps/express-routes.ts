import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Express, type Request, type Response } from 'express';
import { patternBytes, patternParts } from '../pattern.ts';
import type { NotesWriter } from './notes-writer.ts';

/** What the application needs besides its requests. */
export interface ExpressAppOptions {
  /** Where `fixture.txt` is. */
  readonly folder: string;
  readonly notes: NotesWriter;
}

/**
 * The application of the conformance list, as anybody would write it for `http.createServer`. The README of this
 * package has the table of its routes.
 */
export function createExpressApp({ folder, notes }: ExpressAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // Error pages without stack traces, as in production.
  app.set('env', 'production');

  app.get('/', (_req, res) => {
    res.type('text').send('hello');
  });
  app.get('/process', (_req, res) => {
    res.json({ pid: process.pid });
  });
  app.all(['/echo', '/echo/*rest'], echo);
  app.get('/status/:code', (req, res) => {
    res.status(Number(req.params.code)).type('text').send(`status ${req.params.code}`);
  });
  app.get('/redirect', (req, res) => {
    res.redirect(numberArgument(req, 'status'), textArgument(req, 'to'));
  });
  app.post('/created', (_req, res) => {
    res.status(201).location('/things/7').json({ id: 7 });
  });
  app.get('/cookies', (req, res) => {
    res
      .cookie('a', '1')
      .cookie('b', '2', { httpOnly: true })
      .cookie('c', '3', { expires: new Date(0) });
    res.json({ received: req.headers.cookie ?? null });
  });
  app.get('/header', (req, res) => {
    res.set('X-Filler', 'f'.repeat(numberArgument(req, 'bytes'))).send('ok');
  });
  app.get('/file', (_req, res) => {
    res.sendFile('fixture.txt', { root: folder });
  });
  app.get('/throw/sync', () => {
    throw new Error('secret of the sync error');
  });
  app.get('/throw/async', async () => {
    await delay(1);
    throw new Error('secret of the async error');
  });
  app.get('/throw/late', async (req, res) => {
    const { length } = req.query;
    if (typeof length === 'string') res.set('Content-Length', length);
    res.type('text');
    await new Promise((resolve) => res.write(patternBytes(numberArgument(req, 'bytes')), resolve));
    throw new Error('secret of the late error');
  });
  app.post('/early', (_req, res) => {
    res.status(413).type('text').send('too large');
  });

  app.get('/stream', async (req, res) => {
    startStreaming(res);
    for (let chunk = 0; chunk < numberArgument(req, 'chunks'); chunk += 1) {
      res.write(`chunk ${chunk}\n`);
      await delay(numberArgument(req, 'every'));
    }
    res.end();
  });
  app.get('/held/:token', async (req, res) => {
    const signal = endOf(res, notes, req.params.token);
    startStreaming(res);
    res.write('first\n');
    await notes.released(req.params.token, signal);
    res.end('second\n');
  });
  app.get('/events/:token', async (req, res) => {
    const { token } = req.params;
    const signal = endOf(res, notes, token);
    res.type('text/event-stream');
    for (let event = 1; event <= numberArgument(req, 'count') && !signal.aborted; event += 1) {
      if (event > 1) await notes.released(`${token}-${event}`, signal);
      res.write(`data: ${event}\n\n`);
    }
    res.end();
  });
  app.get('/big', async (req, res) => {
    const bytes = numberArgument(req, 'bytes');
    if (req.query['length'] === 'yes') res.set('Content-Length', String(bytes));
    res.type('application/octet-stream');
    await pipeline(Readable.from(patternParts(bytes)), res);
  });

  app.get('/waiting/:token', async (req, res) => {
    const signal = endOf(res, notes, req.params.token);
    await pause(numberArgument(req, 'ms'), signal);
    if (!signal.aborted) res.type('text').send('waited');
  });
  app.get('/endless/:token', async (req, res) => {
    const signal = endOf(res, notes, req.params.token);
    startStreaming(res);
    for (let chunk = 0; chunk < numberArgument(req, 'chunks') && !signal.aborted; chunk += 1) {
      res.write(`chunk ${chunk}\n`);
      await pause(20, signal);
    }
    res.end();
  });
  app.get('/flood/:token', async (req, res) => {
    endOf(res, notes, req.params.token);
    startStreaming(res);
    await pipeline(Readable.from(patternParts(numberArgument(req, 'bytes'))), res);
  });
  app.post('/upload/:token', async (req, res) => {
    const { token } = req.params;
    req.once('data', () => notes.write(token, 'begun'));
    try {
      res.json(await digestOf(req));
    } catch {
      notes.write(token, 'aborted');
    }
  });
  return app;
}

async function echo(req: Request, res: Response): Promise<void> {
  const { method, url, originalUrl, baseUrl, headers, query } = req;
  const body = await digestOf(req);
  res.json({ method, url, originalUrl, baseUrl, query, headers, body, complete: req.complete });
}

async function digestOf(req: Request): Promise<{ length: number; sha256: string }> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const part of req) {
    hash.update(part);
    length += part.length;
  }
  return { length, sha256: hash.digest('hex') };
}

function startStreaming(res: Response): void {
  // nginx keeps an answer back otherwise.
  res.set('X-Accel-Buffering', 'no').type('text');
  res.flushHeaders();
}

/** Notes how the answer ended: `finished`, or `closed` when it was cut short. Aborts the signal then. */
function endOf(res: Response, notes: NotesWriter, token: string): AbortSignal {
  const ended = new AbortController();
  notes.write(token, 'running');
  res.on('close', () => {
    notes.write(token, res.writableFinished ? 'finished' : 'closed');
    ended.abort();
  });
  return ended.signal;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

function textArgument(req: Request, name: string): string {
  const value = req.query[name];
  if (typeof value !== 'string') throw new Error(`the argument ${name} is missing`);
  return value;
}

function numberArgument(req: Request, name: string): number {
  return Number(textArgument(req, name));
}
