import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FetchContext } from '@fcgi-js/server';
import { type Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { etag } from 'hono/etag';
import { stream, streamSSE } from 'hono/streaming';
import { getPath } from 'hono/utils/url';
import { patternBytes, patternParts } from '../pattern.ts';
import { fileResponse } from './file-response.ts';
import type { NotesWriter } from './notes-writer.ts';

/** What the application needs besides its requests. */
export interface HonoAppOptions {
  /** Where `fixture.txt` is. */
  readonly folder: string;
  readonly notes: NotesWriter;
}

type App = Hono<{ Bindings: FetchContext }>;
type AppContext = Context<{ Bindings: FetchContext }>;

/**
 * The application of the conformance list as a fetch function. The README of this package has the table of its
 * routes.
 */
export function createHonoApp({ folder, notes }: HonoAppOptions): App {
  // Below a prefix the URL is the one that the browser sent.
  const app: App = new Hono({
    getPath: (request, options) => getPath(request).slice(options?.env?.baseUrl.length) || '/',
  });
  app.notFound((c) => c.text(`Cannot ${c.req.method} ${c.req.path}`, 404));
  // Errors are the server's business here, and not Hono's.
  app.onError((error) => {
    throw error;
  });

  app.get('/', etag(), (c) => c.text('hello'));
  app.get('/process', (c) => c.json({ pid: process.pid }));
  app.all('/echo', echo);
  app.all('/echo/*', echo);
  app.get('/status/:code', (c) => {
    const status = Number(c.req.param('code'));
    return new Response(status === 204 || status === 304 ? null : `status ${status}`, { status });
  });
  app.get('/redirect', (c) => {
    return new Response(null, {
      status: numberArgument(c, 'status'),
      headers: { Location: textArgument(c, 'to') },
    });
  });
  app.post('/created', (c) => c.json({ id: 7 }, 201, { Location: '/things/7' }));
  app.get('/cookies', (c) => {
    setCookie(c, 'a', '1');
    setCookie(c, 'b', '2', { httpOnly: true });
    setCookie(c, 'c', '3', { expires: new Date(0) });
    return c.json({ received: c.req.header('Cookie') ?? null });
  });
  app.get('/header', (c) => c.text('ok', 200, { 'X-Filler': 'f'.repeat(numberArgument(c, 'bytes')) }));
  app.get('/file', (c) => fileResponse(c.req.raw, folder, 'fixture.txt'));
  app.get('/throw/sync', () => {
    throw new Error('secret of the sync error');
  });
  app.get('/throw/async', async () => {
    await delay(1);
    throw new Error('secret of the async error');
  });
  app.get('/throw/late', (c) => {
    const length = c.req.query('length');
    const headers = {
      'Content-Type': 'text/plain',
      ...(length === undefined ? {} : { 'Content-Length': length }),
    };
    return new Response(failingBody(numberArgument(c, 'bytes')), { headers });
  });
  app.post('/early', (c) => c.text('too large', 413));
  addStreams(app, notes);
  return app;
}

function addStreams(app: App, notes: NotesWriter): void {
  app.get('/stream', (c) =>
    streamText(c, async (answer) => {
      for (let chunk = 0; chunk < numberArgument(c, 'chunks'); chunk += 1) {
        await answer.write(`chunk ${chunk}\n`);
        await delay(numberArgument(c, 'every'));
      }
    }),
  );
  app.get('/held/:token', (c) =>
    streamText(c, (answer) =>
      noting(answer, notes, c.req.param('token'), async (token, signal) => {
        await answer.write('first\n');
        await notes.released(token, signal);
        await answer.write('second\n');
      }),
    ),
  );
  app.get('/events/:token', (c) =>
    streamSSE(c, (answer) =>
      noting(answer, notes, c.req.param('token'), async (token, signal) => {
        for (let event = 1; event <= numberArgument(c, 'count') && !signal.aborted; event += 1) {
          if (event > 1) await notes.released(`${token}-${event}`, signal);
          await answer.writeSSE({ data: String(event) });
        }
      }),
    ),
  );
  app.get('/big', (c) => {
    const bytes = numberArgument(c, 'bytes');
    if (c.req.query('length') === 'yes') c.header('Content-Length', String(bytes));
    return c.body(ReadableStream.from(patternParts(bytes)));
  });

  app.get('/waiting/:token', async (c) => {
    const token = c.req.param('token');
    const { signal } = c.req.raw;
    notes.write(token, 'running');
    await pause(numberArgument(c, 'ms'), signal);
    notes.write(token, signal.aborted ? 'closed' : 'finished');
    return c.text('waited');
  });
  app.get('/endless/:token', (c) =>
    streamText(c, (answer) =>
      noting(answer, notes, c.req.param('token'), async (_token, signal) => {
        for (let chunk = 0; chunk < numberArgument(c, 'chunks') && !signal.aborted; chunk += 1) {
          await answer.write(`chunk ${chunk}\n`);
          await pause(20, signal);
        }
      }),
    ),
  );
  app.get('/flood/:token', (c) =>
    streamText(c, (answer) =>
      noting(answer, notes, c.req.param('token'), () =>
        answer.pipe(ReadableStream.from(patternParts(numberArgument(c, 'bytes')))),
      ),
    ),
  );
  app.post('/upload/:token', async (c) => {
    const token = c.req.param('token');
    try {
      return c.json(await digestOf(c.req.raw, () => notes.write(token, 'begun')));
    } catch (error) {
      notes.write(token, 'aborted');
      throw error;
    }
  });
}

async function echo(c: AppContext): Promise<Response> {
  const { headers, method, url } = c.req.raw;
  const target = url.slice(new URL(url).origin.length);
  const body = await digestOf(c.req.raw);
  return c.json({
    method,
    url: target.slice(c.env.baseUrl.length).replace(/^(?=\?|$)/, '/'),
    originalUrl: target,
    baseUrl: c.env.baseUrl,
    query: c.req.query(),
    headers: Object.fromEntries(headers),
    body,
    // Else reading it would have failed.
    complete: true,
  });
}

async function digestOf(
  { body }: Request,
  onBegin?: () => void,
): Promise<{ length: number; sha256: string }> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const part of body ?? []) {
    if (length === 0) onBegin?.();
    hash.update(part);
    length += part.length;
  }
  return { length, sha256: hash.digest('hex') };
}

type Answer = Parameters<Parameters<typeof stream>[1]>[0];

function streamText(c: AppContext, write: (answer: Answer) => Promise<void>): Response {
  // nginx keeps an answer back otherwise.
  c.header('X-Accel-Buffering', 'no');
  c.header('Content-Type', 'text/plain; charset=utf-8');
  return stream(c, write);
}

/** Notes how the answer ended: `finished`, or `closed` when it was cut short. Aborts the signal then. */
async function noting(
  answer: Answer,
  notes: NotesWriter,
  token: string,
  write: (token: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  answer.onAbort(() => {
    notes.write(token, 'closed');
    ended.abort();
  });
  notes.write(token, 'running');
  await write(token, ended.signal);
  if (!ended.signal.aborted) notes.write(token, 'finished');
}

function failingBody(bytes: number): ReadableStream<Uint8Array> {
  async function* parts() {
    yield patternBytes(bytes);
    // Else the head would not have been sent yet.
    await delay(20);
    throw new Error('secret of the late error');
  }
  return ReadableStream.from(parts());
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

function textArgument(c: AppContext, name: string): string {
  const value = c.req.query(name);
  if (value === undefined) throw new Error(`the argument ${name} is missing`);
  return value;
}

function numberArgument(c: AppContext, name: string): number {
  return Number(textArgument(c, name));
}
