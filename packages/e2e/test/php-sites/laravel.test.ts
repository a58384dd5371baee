import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway, type Gateway, type GatewayOptions } from '@fcgi-js/client';
import serveStatic from 'serve-static';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyMissing } from '../../../tooling/src/system-packages.mjs';
import { unpackPackages } from '../../src/debian-packages.ts';
import { type OtherApplication, startPhpFpm } from '../../src/other-applications.ts';

/** The part of Laravel that reads params: Symfony's HttpFoundation. Debian has no skeleton of a project. */
const PACKAGES = [
  'php-symfony-http-foundation',
  'php-symfony-deprecation-contracts',
  'php-symfony-polyfill-mbstring',
];

const INDEX = `<?php
use Symfony\\Component\\HttpFoundation\\{JsonResponse, RedirectResponse, Request};
error_reporting(E_ALL & ~E_DEPRECATED);
require_once getenv('PHP_SHARE') . '/Symfony/Polyfill/Mbstring/autoload.php';
require_once getenv('PHP_SHARE') . '/Symfony/Component/HttpFoundation/autoload.php';
Request::setTrustedProxies(['127.0.0.1'], Request::HEADER_X_FORWARDED_FOR | Request::HEADER_X_FORWARDED_PROTO | Request::HEADER_X_FORWARDED_HOST);
Request::enableHttpMethodParameterOverride();
$request = Request::createFromGlobals();
if ($request->getPathInfo() === '/upload') {
    $request->files->get('photo')->move(__DIR__ . '/../storage/app/public', 'photo.jpg');
    (new RedirectResponse($request->getUriForPath('/storage/photo.jpg'), 303))->send();
} else {
    (new JsonResponse([
        'base' => $request->getBaseUrl(),
        'path' => $request->getPathInfo(),
        'uri' => $request->getUri(),
        'method' => $request->getMethod(),
        'secure' => $request->isSecure(),
        'ip' => $request->getClientIp(),
    ]))->send();
}
`;

const missing = whyMissing('php-fpm8.2');
const unpacked = missing === undefined ? await unpackPackages(PACKAGES) : undefined;
if (unpacked === undefined) {
  console.warn(`skipped: Laravel: ${missing ?? 'apt-get cannot download the packages of Debian 12 here'}`);
}

describe.skipIf(unpacked === undefined)('a public folder like that of Laravel, through the gateway', () => {
  let application: OtherApplication;
  let root: string;

  beforeAll(async () => {
    const share = join(unpacked?.path ?? '', 'usr/share/php');
    application = await startPhpFpm();
    root = join(application.folder, 'public');
    const storage = join(application.folder, 'storage/app/public');
    await mkdir(join(root, 'build'), { recursive: true });
    await mkdir(storage, { recursive: true });
    await chmod(storage, 0o777);
    // As "artisan storage:link" makes it.
    await symlink(storage, join(root, 'storage'));
    await writeFile(join(root, 'index.php'), INDEX.replaceAll("getenv('PHP_SHARE')", `'${share}'`));
    await writeFile(join(root, 'build/app.js'), 'export {};\n');
  }, 60_000);
  afterAll(async () => {
    await application?.stop();
    unpacked?.remove();
  });

  async function open(options: GatewayOptions = {}): Promise<string> {
    const files = serveStatic(root, { index: false, redirect: false });
    const gateway: Gateway = createGateway({
      before: (req, res, next) => (gateway.isScript(req.url ?? '') ? next() : files(req, res, next)),
      documentRoot: root,
      script: { split: '.php', index: 'index.php' },
      ...options,
      address: application.address,
    });
    onTestFinished(() => gateway.close({ timeout: 1_000 }));
    return (await gateway.listen({ port: 0 })).url;
  }

  test('finds its routes, with and without its script in the URL', async () => {
    const url = await open();
    const seen = async (path: string, init?: RequestInit) => (await fetch(url + path, init)).json();
    expect(await seen('/users/7?tab=a%2Fb')).toEqual({
      base: '',
      path: '/users/7',
      uri: `${url}/users/7?tab=a%2Fb`,
      method: 'GET',
      secure: false,
      ip: '127.0.0.1',
    });
    expect(await seen('/')).toMatchObject({ base: '', path: '/', uri: `${url}/` });
    expect(await seen('/index.php/users/7')).toMatchObject({ base: '/index.php', path: '/users/7' });
    expect(await seen('/a%20b/%C3%A9')).toMatchObject({ base: '', path: '/a%20b/%C3%A9' });
    const form = new URLSearchParams({ _method: 'DELETE' });
    expect(await seen('/users/7', { method: 'POST', body: form })).toMatchObject({ method: 'DELETE' });
  });

  test('below a prefix, it makes its links with the prefix', async () => {
    const url = await open({ before: undefined, mount: '/shop' });
    expect(await (await fetch(`${url}/shop/users/7`)).json()).toMatchObject({
      base: '/shop',
      path: '/users/7',
      uri: `${url}/shop/users/7`,
    });
  });

  test('stores an upload, redirects to it, and has it served as a file through the link of its storage', async () => {
    const url = await open();
    const form = new FormData();
    form.set('photo', new File(['a picture'], 'p.jpg', { type: 'image/jpeg' }));
    const moved = await fetch(`${url}/upload`, { method: 'POST', body: form, redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([303, `${url}/storage/photo.jpg`]);
    const photo = await fetch(`${url}/storage/photo.jpg`);
    expect([photo.headers.get('content-type'), await photo.text()]).toEqual(['image/jpeg', 'a picture']);
    expect((await fetch(`${url}/build/app.js`)).headers.get('content-type')).toMatch(/javascript/);
  });

  test('believes the proxy in front of the gateway that it trusts', async () => {
    const headers = {
      'X-Forwarded-For': '192.0.2.7',
      'X-Forwarded-Host': 'example.org',
      'X-Forwarded-Proto': 'https',
    };
    expect(await (await fetch(`${await open()}/a`, { headers })).json()).toMatchObject({
      ip: '192.0.2.7',
      secure: true,
      uri: 'https://example.org/a',
    });
  });
});
