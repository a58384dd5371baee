import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, type Gateway, type GatewayOptions } from '@fcgi-js/client';
import serveStatic from 'serve-static';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyMissing } from '../../../tooling/src/system-packages.mjs';
import { unpackPackages } from '../../src/debian-packages.ts';
import { startWordPress, WORDPRESS_PACKAGES, type WordPress } from '../../src/wordpress.ts';

const missing = whyMissing('php-fpm8.2');
const unpacked = missing === undefined ? await unpackPackages(WORDPRESS_PACKAGES) : undefined;
if (unpacked === undefined) {
  console.warn(`skipped: WordPress: ${missing ?? 'apt-get cannot download the packages of Debian 12 here'}`);
}

describe.skipIf(unpacked === undefined)('WordPress, as Debian packages it, through the gateway', () => {
  let wordpress: WordPress;
  let site: Site;

  beforeAll(async () => {
    wordpress = await startWordPress(unpacked?.path ?? '');
    site = await open();
    await install();
  }, 120_000);
  afterAll(async () => {
    await site?.close();
    await wordpress?.stop();
    unpacked?.remove();
  });

  /** The gateway of the README in front of it. */
  async function open(options: GatewayOptions = {}): Promise<Site> {
    const { application, root } = wordpress;
    const files = serveStatic(root, { index: false, redirect: false });
    const gateway: Gateway = createGateway({
      before: (req, res, next) => (gateway.isScript(req.url ?? '') ? next() : files(req, res, next)),
      documentRoot: root,
      explain: true,
      script: { split: '.php', index: 'index.php' },
      ...options,
      address: application.address,
    });
    return new Site(gateway, (await gateway.listen({ port: 0 })).url);
  }

  async function install(): Promise<void> {
    const first = await site.ask('/');
    expect([first.status, first.headers.get('location')]).toEqual([302, `${site.url}/wp-admin/install.php`]);
    const answer = await site.post('/wp-admin/install.php?step=2', {
      weblog_title: 'Grüße',
      user_name: 'ada',
      admin_password: 'correct horse',
      admin_password2: 'correct horse',
      pw_weak: 'on',
      admin_email: 'ada@example.org',
      language: '',
    });
    expect(await answer.text()).toContain('Success!');
  }

  test('has its front page, with the style sheets that no script sends', async () => {
    const page = await site.ask('/');
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>Grüße')]);
    const style = await site.ask('/wp-includes/css/buttons.css');
    expect([style.status, style.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/css/),
    ]);
  });

  test('is signed in to and administrated: redirects, cookies, the folder with an index of its own', async () => {
    const away = await site.ask('/wp-admin/');
    expect(away.status).toBe(302);
    expect(away.headers.get('location')).toContain(`${site.url}/wp-login.php?redirect_to=`);
    const folder = await site.ask('/wp-admin');
    expect([folder.status, folder.headers.get('location')]).toEqual([308, '/wp-admin/']);
    await site.signIn();
    const desk = await site.ask('/wp-admin/');
    expect([desk.status, await desk.text()]).toEqual([200, expect.stringContaining('Dashboard')]);
  });

  test('has pretty URLs once they are chosen, and a 404 of its own', async () => {
    await site.signIn();
    const form = await (await site.ask('/wp-admin/options-permalink.php')).text();
    const saved = await site.post('/wp-admin/options-permalink.php', {
      _wpnonce: nonceIn(form),
      permalink_structure: '/%year%/%postname%/',
      selection: 'custom',
    });
    expect(saved.status).toBe(302);
    // Its rules are made by the page that the browser is led to.
    const { pathname, search } = new URL(saved.headers.get('location') ?? '', site.url);
    expect(await (await site.ask(pathname + search)).text()).toContain('Permalink structure updated');
    const list = await (await site.ask('/')).text();
    const link = /http:\S+\/hello-world\//.exec(list)?.[0] ?? '';
    expect(link).toMatch(/\/\d{4}\/hello-world\/$/);
    const post = await site.ask(new URL(link).pathname);
    expect([post.status, await post.text()]).toEqual([200, expect.stringContaining('singular')]);
    const nothing = await site.ask('/2024/no-such-post/');
    expect([nothing.status, await nothing.text()]).toEqual([404, expect.stringContaining('nothing')]);
    const canonical = await site.ask(new URL(link).pathname.slice(0, -1));
    expect([canonical.status, canonical.headers.get('location')]).toEqual([301, link]);
    const json = await site.ask('/wp-json/wp/v2/posts');
    expect(await json.json()).toMatchObject([{ link }]);
  });

  test('takes PATH_INFO permalinks, which need no rewriting', async () => {
    const json = await site.ask('/index.php/wp-json/');
    expect([json.status, await json.json()]).toEqual([200, expect.objectContaining({ name: 'Grüße' })]);
  });

  test('takes an upload, which is then a file', async () => {
    await site.signIn();
    const page = await (await site.ask('/wp-admin/media-new.php?browser-uploader')).text();
    const form = new FormData();
    form.set('_wpnonce', nonceIn(page));
    form.set('html-upload', 'Upload');
    form.set('async-upload', new File(['some text\n'], 'note.txt', { type: 'text/plain' }));
    const uploaded = await site.ask('/wp-admin/media-new.php', { method: 'POST', body: form });
    expect([uploaded.status, uploaded.headers.get('location')]).toEqual([
      302,
      expect.stringContaining('upload.php'),
    ]);
    const media = (await (await site.ask('/wp-json/wp/v2/media')).json()) as [{ source_url: string }];
    const file = await site.ask(new URL(media[0].source_url).pathname);
    expect([file.headers.get('content-type'), await file.text()]).toEqual([
      expect.stringMatching(/^text\/plain/),
      'some text\n',
    ]);
    // A path behind an upload must not make PHP run it.
    expect((await site.ask(`${new URL(media[0].source_url).pathname}/x.php`)).status).toBe(404);
  });

  test('sees HTTPS where a proxy in front of the gateway says so', async () => {
    const behind = await open({
      params: (request) =>
        'socket' in request && request.headers['x-forwarded-proto'] === 'https'
          ? { HTTPS: 'on', REQUEST_SCHEME: 'https', SERVER_PORT: '443' }
          : {},
    });
    onTestFinished(() => behind.close());
    const headers = { 'X-Forwarded-Proto': 'https', cookie: '' };
    const login = await behind.ask('/wp-login.php', { headers });
    // The cookie of a page over HTTPS is for HTTPS only.
    expect(login.headers.getSetCookie().join()).toMatch(/secure/i);
    expect((await behind.ask('/wp-login.php')).headers.getSetCookie().join()).not.toMatch(/secure/i);
  });

  test('inside an HTTP server of another program', async () => {
    const { application, root } = wordpress;
    const gateway = createGateway({
      address: application.address,
      documentRoot: root,
      script: { split: '.php', index: 'index.php' },
    });
    const server: Server = createServer(gateway.listener);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      server.close();
      await gateway.close();
    });
    const { port } = server.address() as AddressInfo;
    // It has its address in its settings, and sends those who ask at another one there.
    const answer = await fetch(`http://127.0.0.1:${port}/wp-login.php`, { redirect: 'manual' });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('loginform')]);
  });
});

/** A browser that keeps its cookies, at a gateway. */
class Site {
  readonly url: string;
  readonly #cookies = new Map<string, string>();
  readonly #gateway: Gateway;

  constructor(gateway: Gateway, url: string) {
    this.#gateway = gateway;
    this.url = url;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { cookie, ...init.headers },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.#cookies.set(name, value);
    }
    return response;
  }

  post(path: string, fields: Record<string, string>): Promise<Response> {
    return this.ask(path, { method: 'POST', body: new URLSearchParams(fields) });
  }

  async signIn(): Promise<void> {
    await this.ask('/wp-login.php');
    const signedIn = await this.post('/wp-login.php', { log: 'ada', pwd: 'correct horse' });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([302, `${this.url}/wp-admin/`]);
  }

  close(): Promise<void> {
    return this.#gateway.close({ timeout: 1_000 });
  }
}

function nonceIn(page: string): string {
  return /name="_wpnonce" value="(\w+)"/.exec(page)?.[1] ?? '';
}
