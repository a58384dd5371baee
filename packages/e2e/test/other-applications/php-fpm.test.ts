import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { escapeLogText, FcgiClient, type FcgiResponse, paramsFromRequest } from '@fcgi-js/client';
import { expect, onTestFinished } from 'vitest';
import { describeOther, type OtherSession } from '../../src/describe-other.ts';
import { PHP_SCRIPT, startPhpFpm } from '../../src/other-applications.ts';
import { until } from '../../src/poll.ts';

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that no compression or lucky pattern makes shorter. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0, state = 7; i < length; i += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

/** Asks the script through the client alone. */
function ask(
  client: FcgiClient,
  query: string,
  init: RequestInit = {},
  more: object = {},
): Promise<FcgiResponse> {
  const params = paramsFromRequest(new Request(`http://example.org/index.php?${query}`, init), {
    scriptFilename: PHP_SCRIPT,
  });
  return client.request({ params, ...more });
}

const front = { scriptFilename: PHP_SCRIPT };

/** The note that the script leaves in a file, as soon as it is written: the file is there before. */
const note = ({ application }: OtherSession, name: string): Promise<string> =>
  until(async () => (await readFile(join(application.folder, name), 'utf8').catch(() => '')) || undefined, {
    what: `note ${name}`,
  });

describeOther('php-fpm', ['php-fpm8.2'], startPhpFpm, (test) => {
  test('answers the client on kept connections, one after the other', async (session) => {
    const client = session.client();
    for (let i = 0; i < 20; i += 1) {
      const response = await ask(client, '');
      expect([response.status, await text(response.body)]).toEqual([200, 'hello']);
      expect(await response.ended).toMatchObject({ appStatus: 0, protocolStatus: 0 });
    }
    expect(client.stats()).toMatchObject({ connections: 1, idleConnections: 1 });
  });

  test('says that it does not multiplex, and gets one request on each connection', async (session) => {
    const client = session.client({ multiplex: 'auto', limits: { connections: 3 } });
    expect((await client.getValues()).get('FCGI_MPXS_CONNS')).toBe('0');
    const bodies = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async () => await text((await ask(client, 'do=wait&milliseconds=50')).body)),
    );
    expect(bodies).toEqual(Array(6).fill('waited'));
  });

  test('gets bodies of all sizes whole, with a length and through the gateway without one', async (session) => {
    const url = await session.gateway(front);
    for (const length of [0, 1, 65_519, 65_520, 65_535, 65_536, 131_071, 3_000_000]) {
      const body = noise(length);
      const response = await fetch(`${url}/echo?do=echo`, { method: 'PUT', body });
      expect(await response.json()).toMatchObject({ length, method: 'PUT', sha256: sha256(body) });
    }
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 10; i += 1) controller.enqueue(noise(10_000));
        controller.close();
      },
    });
    const init = { method: 'POST', body: chunks, duplex: 'half' } as RequestInit;
    const chunked = await fetch(`${url}/echo?do=echo`, init);
    expect(await chunked.json()).toMatchObject({ length: 100_000 });
  });

  test('gets params of all lengths, many of them in several records, none cut', async (session) => {
    const client = session.client();
    for (const length of [0, 1, 127, 128, 1_000, 30_000, 60_000]) {
      const value = noise(length).toString('base64').slice(0, length);
      const params = paramsFromRequest(new Request('http://x/?do=param&name=WANTED'), {
        scriptFilename: PHP_SCRIPT,
      });
      for (let i = 0; i < 100; i += 1) params.set(`FILLER_${i}`, 'x'.repeat(1_000));
      params.set('WANTED', value);
      params.set('N'.repeat(200), 'a long name');
      const { body } = await client.request({ params });
      expect(await text(body)).toBe(`${length} ${sha256(value)}`);
    }
  });

  test('gets an upload as a file', async (session) => {
    const url = await session.gateway(front);
    const bytes = noise(5_000_000);
    const form = new FormData();
    form.set('field', 'grüße');
    form.set('file', new File([bytes], 'ä.bin', { type: 'application/x-noise' }));
    const response = await fetch(`${url}/?do=upload`, { method: 'POST', body: form });
    expect(await response.json()).toEqual({
      name: 'ä.bin',
      type: 'application/x-noise',
      error: 0,
      size: bytes.length,
      sha256: sha256(bytes),
      field: 'grüße',
    });
  });

  test('keeps a session over requests', async (session) => {
    const url = await session.gateway(front);
    const first = await fetch(`${url}/?do=session`);
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(await first.text()).toBe('1');
    for (const count of ['2', '3']) {
      expect(await (await fetch(`${url}/?do=session`, { headers: { cookie } })).text()).toBe(count);
    }
    expect(await (await fetch(`${url}/?do=session`)).text()).toBe('1');
  });

  test('sends statuses and header fields, repeated ones and bytes that are not ASCII', async (session) => {
    const response = await ask(session.client(), 'do=headers');
    expect(response.status).toBe(418);
    expect(response.headers.filter(([name]) => name === 'Set-Cookie')).toEqual([
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]);
    expect(response.header('x-latin')).toBe('caf\xe9');
    expect(await text(response.body)).toBe('teapot');
    const through = await fetch(`${await session.gateway(front)}/?do=headers`);
    expect([through.status, through.headers.getSetCookie(), through.headers.get('x-latin')]).toEqual([
      418,
      ['a=1', 'b=2'],
      'caf\xe9',
    ]);
  });

  test('redirects the browser, or with a path of its own only the gateway', async (session) => {
    const url = await session.gateway(front);
    const away = await fetch(`${url}/?do=redirect&to=https://example.org/x`, { redirect: 'manual' });
    expect([away.status, away.headers.get('location')]).toEqual([302, 'https://example.org/x']);
    // php-fpm gives Location a Status of 302, so it is never a local redirect.
    const local = await fetch(`${url}/?do=redirect&to=/other`, { redirect: 'manual' });
    expect([local.status, local.headers.get('location')]).toEqual([302, '/other']);
  });

  test('does not see the field Proxy as HTTP_PROXY', async (session) => {
    const url = await session.gateway(front);
    const response = await fetch(`${url}/?do=echo`, { headers: { proxy: 'http://evil', 'x-one': '1' } });
    expect(await response.json()).toMatchObject({ header: '1', proxy: null });
  });

  test('sends 50 MB whole, to a reader that takes its time', async (session) => {
    const url = await session.gateway(front);
    const response = await fetch(`${url}/?do=big&megabytes=50`);
    const hash = createHash('sha256');
    let length = 0;
    for await (const chunk of response.body ?? []) {
      hash.update(chunk);
      length += chunk.length;
      if (length < 1_000_000) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(length).toBe(50 * 1_048_576);
    expect(hash.digest('hex')).toBe(sha256('0123456789abcdef'.repeat(50 * 65_536)));
  });

  test('ends its answer early with fastcgi_finish_request and goes on', async (session) => {
    const file = join(session.application.folder, 'finished');
    const { body, ended } = await ask(session.client(), `do=finish&file=${file}`);
    expect(await text(body)).toBe('answered');
    await ended;
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(`${file}-go`, '');
    expect(await note(session, 'finished')).toBe('went on');
  });

  test('has what it logs in STDERR, which escapeLogText makes harmless', async (session) => {
    const { body, ended } = await ask(session.client(), 'do=log');
    expect(await text(body)).toBe('logged');
    const { stderr } = await ended;
    expect(stderr).toContain('PHP message: one line');
    expect(escapeLogText(stderr)).toContain('another, \\x1b[31mred\\x1b[0m');
    expect(escapeLogText(stderr)).not.toContain('\x1b');
  });

  test('has the reason of a fatal error in STDERR', async (session) => {
    const { body, ended } = await ask(session.client(), 'do=fatal');
    expect(await text(body)).toContain('before');
    expect((await ended).stderr).toContain('undefined_function');
  });

  test('streams what it flushes', async (session) => {
    const { body } = await ask(session.client(), 'do=slow');
    const seen: string[] = [];
    for await (const chunk of body) {
      seen.push(String(chunk));
      if (seen.join('').includes('line 3\n')) break;
    }
    // It came in pieces, long before the ten seconds that all of it takes.
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.join('')).not.toContain('line 400');
  });

  test('has its worker back after an abort, which it does not hear of', async (session) => {
    const client = session.client({ limits: { abortTimeout: 50, connections: 8 } });
    for (let i = 0; i < 8; i += 1) {
      const { body } = await ask(client, 'do=slow', {}, { signal: AbortSignal.timeout(60) });
      await expect(text(body)).rejects.toMatchObject({ name: 'TimeoutError' });
    }
    // Four workers were busy with eight aborted requests, each until its connection was closed.
    const { body } = await ask(client, '');
    expect(await text(body)).toBe('hello');
  });

  test('is told of a timeout by a 504 when all its workers are busy', async (session) => {
    const client = new FcgiClient({
      address: session.application.address,
      limits: { firstByteTimeout: 200 },
    });
    onTestFinished(() => client.close({ timeout: 1 }));
    const url = await session.gateway({ ...front, client, explain: true });
    const response = await fetch(`${url}/?do=wait&milliseconds=700`);
    expect(response.status).toBe(504);
    expect(await response.text()).toContain('FCGI_FIRST_BYTE_TIMEOUT');
  });

  test('serves a site as WordPress has it: a front controller, folders with an index, scripts with a path after them', async (session) => {
    const root = join(session.application.folder, 'site');
    const says = (who: string) =>
      `<?php echo implode(' ', ['${who}', $_SERVER['PHP_SELF'], $_SERVER['REQUEST_URI'], $_GET['p'] ?? '-']);`;
    await mkdir(join(root, 'wp-admin'), { recursive: true });
    await writeFile(join(root, 'index.php'), says('front'));
    await writeFile(join(root, 'wp-login.php'), says('login'));
    await writeFile(join(root, 'wp-admin/index.php'), says('admin'));
    await writeFile(join(root, 'photo.jpg'), says('upload'));
    const url = await session.gateway({ documentRoot: root, script: {} });
    const said = async (path: string) => (await fetch(`${url}${path}`)).text();
    expect(await said('/')).toBe('front /index.php / -');
    expect(await said('/2024/a-post/?p=7')).toBe('front /index.php /2024/a-post/?p=7 7');
    expect(await said('/wp-login.php?p=1')).toBe('login /wp-login.php /wp-login.php?p=1 1');
    expect(await said('/wp-login.php/a/b')).toBe('login /wp-login.php/a/b /wp-login.php/a/b -');
    expect(await said('/wp-admin?p=2')).toBe('admin /wp-admin/index.php /wp-admin/?p=2 2');
    // With fix_pathinfo PHP would run the picture.
    expect(await said('/photo.jpg/x.php')).toBe('front /index.php /photo.jpg/x.php -');
  });

  test('refuses a script that is not there with its own 404', async (session) => {
    const { body, ended, status } = await session.client().request({
      params: { REQUEST_METHOD: 'GET', SCRIPT_FILENAME: '/nonexistent/script.php' },
    });
    expect([status, await text(body)]).toEqual([404, 'File not found.\n']);
    expect((await ended).stderr).toContain('Primary script unknown');
  });
});
