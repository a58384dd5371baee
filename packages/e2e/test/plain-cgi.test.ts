import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SystemProgram, skipReason } from '../../tooling/src/system-packages.mjs';
import { installProgram } from '../src/application.ts';
import { HttpClient } from '../src/http.ts';
import { createScratchFolder, type ScratchFolder } from '../src/scratch-folder.ts';
import { type PlainCgiOptions, startApacheCgi, startLighttpdCgi } from '../src/web-servers/plain-cgi.ts';
import type { WebServer } from '../src/web-servers/web-server.ts';

interface CgiSetup {
  readonly name: string;
  readonly program: SystemProgram;
  readonly start: (options: PlainCgiOptions) => Promise<WebServer>;
}

const setups: readonly CgiSetup[] = [
  { name: 'Apache with mod_cgi', program: 'apache2', start: startApacheCgi },
  { name: 'lighttpd with mod_cgi', program: 'lighttpd', start: startLighttpdCgi },
];

function bodyOf(length: number): Buffer {
  return Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe.each(setups)('a plain CGI program of $name', ({ program, start }) => {
  const reason = skipReason(program);
  if (reason !== undefined) process.stdout.write(`Tests are skipped: ${reason}\n`);

  let folder: ScratchFolder | undefined;
  let webServer: WebServer | undefined;

  beforeAll(async () => {
    if (reason !== undefined) return;
    folder = await createScratchFolder();
    webServer = await start({ folder: folder.path, program: await installProgram('cgi-app', folder.path) });
  });

  afterAll(async () => {
    await webServer?.stop();
    await folder?.remove();
  });

  const ask = (...args: Parameters<HttpClient['request']>) => new HttpClient(webServer!.url).request(...args);

  test.skipIf(reason !== undefined)('answers GET, with a process for each request', async () => {
    const [first, second] = [await ask('/a/b?c=d%20e'), await ask('/a/b?c=d%20e')];
    expect(first.status).toBe(200);
    expect(first.json()).toMatchObject({
      method: 'GET',
      url: '/a/b?c=d%20e',
      host: webServer!.url.host,
      length: 0,
    });
    const pids = [first, second].map((answer) => (answer.json() as { pid: number }).pid);
    expect(new Set(pids).size).toBe(2);
  });

  test.skipIf(reason !== undefined).each([0, 1, 100_000, 3_000_000])(
    'gets a body of %i bytes',
    async (length) => {
      const body = bodyOf(length);
      const answer = await ask({
        method: 'POST',
        path: '/',
        body,
        headers: { 'Content-Type': 'text/x-test' },
      });
      expect(answer.json()).toMatchObject({
        method: 'POST',
        type: 'text/x-test',
        length,
        sha256: sha256(body),
      });
    },
  );

  test.skipIf(reason !== undefined)('gets a chunked body', async () => {
    const parts = [bodyOf(10), bodyOf(50_000)];
    const answer = await ask({ method: 'PUT', path: '/', body: parts });
    expect(answer.json()).toMatchObject({
      method: 'PUT',
      length: 50_010,
      sha256: sha256(Buffer.concat(parts)),
    });
  });

  test.skipIf(reason !== undefined)('answers HEAD without a body', async () => {
    const answer = await ask({ method: 'HEAD', path: '/large' });
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(0);
    expect(answer.complete).toBe(true);
  });

  test.skipIf(reason !== undefined)('sets status and repeated fields', async () => {
    const answer = await ask('/cookies');
    expect(answer.status).toBe(201);
    expect(answer.field('set-cookie')).toEqual(['a=1; Path=/', 'b=2; Path=/']);
    expect(answer.text()).toBe('created');
  });

  test.skipIf(reason !== undefined)('redirects with the status that it chose', async () => {
    const answer = await ask('/redirect');
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('http://app.example/other');
  });

  test.skipIf(reason !== undefined)('sends two megabytes whole', async () => {
    const answer = await ask('/large');
    expect(answer.complete).toBe(true);
    expect(answer.text()).toBe('0123456789'.repeat(200_000));
  });

  test.skipIf(reason !== undefined)('that fails answers 500, and only the log says why', async () => {
    const answer = await ask('/throw');
    expect(answer.status).toBe(500);
    expect(answer.text()).not.toContain('secret');
    await expect.poll(async () => (await webServer!.logs()).join('')).toContain('secret: as it was asked to');
  });

  test.skipIf(reason !== undefined)('serves many browsers at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => ask(`/?${index}`)));
    const urls = answers.map((answer) => (answer.json() as { url: string }).url);
    expect(urls).toEqual(Array.from({ length: 6 }, (_, index) => `/?${index}`));
  });
});
