import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as client from '@fcgi-js/client';
import * as fcgi from '@fcgi-js/server';
import ts from 'typescript';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeBlocks } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';

const require = createRequire(import.meta.url);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-programs-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Runs a program of a guide up to where it would listen. */
function serverOf(
  guide: string,
  place: number,
  { replacing = {}, app }: { replacing?: Record<string, string>; app?: unknown } = {},
): fcgi.FcgiServer {
  const [file] = repositoryFiles('docs', [`docs/${guide}.md`]);
  const programs = codeBlocks(file?.text ?? '').filter(({ language }) => language === 'js');
  let text = programs[place]?.text ?? '';
  for (const [from, to] of Object.entries(replacing)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const until = text.indexOf('await server.listen(');
  expect(until).toBeGreaterThan(0);
  const { outputText } = ts.transpileModule(`${text.slice(0, until)}\nexport { server };`, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const modules: Record<string, unknown> = { '@fcgi-js/server': fcgi, './app.js': { app } };
  const exported: { server?: fcgi.FcgiServer } = {};
  new Function('require', 'exports', outputText)((name: string) => modules[name] ?? require(name), exported);
  if (exported.server === undefined) throw new Error(`docs/${guide}.md: program ${place} makes no server`);
  return exported.server;
}

test.each([0, 1])(
  'program %i of the guide to streaming sends events as they happen, until the browser leaves',
  async (place) => {
    const server = serverOf('streaming', place, { replacing: { '1_000': '20' } });
    const asking = new client.FcgiClient({ server });
    const params = {
      REQUEST_METHOD: 'GET',
      SCRIPT_NAME: '',
      PATH_INFO: '/',
      HTTP_HOST: 'localhost',
      SERVER_PROTOCOL: 'HTTP/1.1',
    };
    const { body, headers, status } = await asking.request({ params });
    expect(status).toBe(200);
    expect(headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`)).toContain(
      'content-type: text/event-stream',
    );
    let events = '';
    for await (const chunk of body) {
      events += chunk;
      if (events.split('\n\n').length > 3) break;
    }
    expect(events).toMatch(/^(data: \S+\n\n){3}/);
    await expect.poll(() => server.stats().activeRequests).toBe(0);
    await asking.close();
  },
);

test('the program of the guide to uploads stores a body, and refuses one that is too long', async () => {
  const path = join(folder, 'upload');
  const server = serverOf('uploads', 0, {
    replacing: { '/var/lib/app/upload': path, '100 * 1024 * 1024': '1_000' },
  });
  const stored = await client.inject(server, { method: 'POST', url: '/', body: 'a'.repeat(1_000) });
  expect(stored.status).toBe(201);
  expect(await readFile(path, 'utf8')).toBe('a'.repeat(1_000));
  const refused = await client.inject(server, { method: 'POST', url: '/', body: 'a'.repeat(1_001) });
  expect(refused.status).toBe(413);
});

test('the program of the guide to authorizers lets those in whose session it knows', async () => {
  const server = serverOf('authorizers', 0, {
    app: () => undefined,
    replacing: { 'const sessions = new Map();': `const sessions = new Map([['abc', 'ann']]);` },
  });
  const ask = (cookie: string) =>
    client.inject(server, { url: '/protected', headers: { Cookie: cookie }, role: 2 });
  const known = await ask('a=b; session=abc');
  expect(known.status).toBe(200);
  expect([...known.variables()]).toEqual([['USER_ID', 'ann']]);
  expect((await ask('session=xyz')).status).toBe(403);
  expect((await ask('mysession=abc')).status).toBe(403);
});
