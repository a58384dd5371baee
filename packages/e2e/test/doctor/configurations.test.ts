import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { installProgram } from '../../src/application.ts';
import { FaultyApplication } from '../../src/doctor/faulty-application.ts';
import { findInLog } from '../../src/doctor/find-in-log.ts';
import { runDoctor } from '../../src/doctor/run-doctor.ts';
import { HttpClient, type HttpRequest } from '../../src/http.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { webServerUser } from '../../src/users.ts';
import {
  CONFIG,
  startBareApache,
  startBareLighttpd,
  startBareNginx,
} from '../../src/web-servers/bare-web-server.ts';
import { NGINX_SITE } from '../../src/web-servers/nginx.ts';
import type { WebServer } from '../../src/web-servers/web-server.ts';

async function scratch(): Promise<string> {
  const folder = await createScratchFolder();
  onTestFinished(folder.remove);
  return folder.path;
}

/** What the doctor makes of the log of a web server that is asked for something. */
function told(server: WebServer, folder: string, request: HttpRequest, status: number): Promise<string[]> {
  const client = new HttpClient(server.url);
  return findInLog(folder, async () => {
    expect((await client.request(request)).status).toBe(status);
    return (await server.logs()).join('\n');
  });
}

/** Expects one finding, and that its remedy says a word. */
async function expectFound(words: readonly string[], id: string, remedy: string): Promise<void> {
  const found = await runDoctor(words);
  expect(found.map((finding) => finding.id)).toEqual([id]);
  expect(found[0]?.remedy.join('\n')).toContain(remedy);
}

const noApache = skipReason('apache2', 'mod_fcgid');
describe.skipIf(noApache)(`Apache${noApache ? ` (${noApache})` : ''}`, () => {
  /** A folder with a program, and a `.htaccess` beside it. */
  async function sharedHosting(htaccess: string, directory = 'AllowOverride All', modules = ['fcgid']) {
    const folder = await scratch();
    const program = await installProgram('express-app', folder);
    await writeFile(join(folder, '.htaccess'), htaccess);
    const site = `<Directory "${folder}">\n    ${directory}\n    Require all granted\n</Directory>\n`;
    const server = await startBareApache({ folder, modules, site });
    onTestFinished(() => server.stop());
    return { config: join(folder, CONFIG), folder, htaccess: join(folder, '.htaccess'), program, server };
  }
  const path = '/express-app.fcgi/';

  test('that has no handler for the program shows its text to everybody', async () => {
    const { config, program, server } = await sharedHosting('', 'AllowOverride All\n    Options +ExecCGI');
    expect((await new HttpClient(server.url).request('/express-app.fcgi')).text()).toContain('require(');
    await expectFound([program, '--config', config], 'handler-missing', 'SetHandler fcgid-script');
  });

  test('that may not run programs in the folder', async () => {
    const { folder, htaccess, program, server } = await sharedHosting('SetHandler fcgid-script\n');
    expect(await told(server, folder, { path }, 403)).toEqual(['execcgi-off']);
    await expectFound([program, '--config', htaccess], 'execcgi-off', 'Options +ExecCGI');
  });

  test('that does not read .htaccess', async () => {
    const { config, program, server } = await sharedHosting(
      'Options +ExecCGI\n',
      'AllowOverride None\n    SetHandler fcgid-script',
    );
    expect((await new HttpClient(server.url).request(path)).status).toBe(403);
    await expectFound([program, '--config', config], 'htaccess-not-allowed', 'AllowOverride');
  });

  test('that does not allow a directive in .htaccess', async () => {
    const { folder, server } = await sharedHosting(
      'Options +ExecCGI\nSetHandler fcgid-script\n',
      'AllowOverride FileInfo',
    );
    expect(await told(server, folder, { path }, 500)).toEqual(['htaccess-not-allowed']);
  });

  test('that lacks a module of which .htaccess has a directive', async () => {
    const { folder, server } = await sharedHosting('RewriteEngine On\n');
    expect(await told(server, folder, { path }, 500)).toEqual(['apache-module-missing']);
  });

  test('that lets nobody see the folder', async () => {
    const folder = await scratch();
    const site = `<Directory "${folder}">\n    Require all denied\n</Directory>\n`;
    const server = await startBareApache({ folder, modules: [], site });
    onTestFinished(() => server.stop());
    expect(await told(server, folder, { path: '/' }, 403)).toEqual(['access-denied']);
  });

  const isRoot = webServerUser() !== undefined;
  test.skipIf(!isRoot)(`that may not enter the folder${isRoot ? '' : ' (needs root)'}`, async () => {
    const { folder, server } = await sharedHosting('Options +ExecCGI\nSetHandler fcgid-script\n');
    await mkdir(join(folder, 'closed'), { mode: 0o700 });
    await chmod(join(folder, 'closed'), 0o700);
    const program = await installProgram('express-app', join(folder, 'closed'));
    const request = { path: '/closed/express-app.fcgi/' };
    expect(await told(server, folder, request, 403)).toEqual(['program-folder-closed']);
    await expectFound([program], 'program-folder-closed', 'chmod o+x');
  });

  test('with a RewriteRule that matches its own result', async () => {
    const { folder, server } = await sharedHosting(
      'Options +ExecCGI +FollowSymLinks\nRewriteEngine On\nRewriteRule ^(.*)$ /x/$1\n',
      'AllowOverride All',
      ['fcgid', 'rewrite'],
    );
    expect(await told(server, folder, { path }, 500)).toEqual(['location-without-status']);
  });

  test('with an upload beyond what mod_fcgid lets through', async () => {
    const { folder, server } = await sharedHosting('Options +ExecCGI\nSetHandler fcgid-script\n');
    const request = { method: 'POST', path: `${path}upload`, body: Buffer.alloc(131_073) };
    expect(await told(server, folder, request, 500)).toEqual(['upload-too-large']);
  });

  test('with more headers than mod_fcgid passes', async () => {
    const { folder, server } = await sharedHosting('Options +ExecCGI\nSetHandler fcgid-script\n');
    const headers = Object.fromEntries(
      [...'abcdefghij'].map((letter) => [`X-${letter}`, letter.repeat(7_000)]),
    );
    expect(await told(server, folder, { path, headers }, 500)).toEqual(['request-head-too-large']);
  });
});

const noNginx = skipReason('nginx');
describe.skipIf(noNginx)(`nginx${noNginx ? ` (${noNginx})` : ''}`, () => {
  async function inFrontOfApplication(site: (socket: string) => string) {
    const folder = await scratch();
    const application = new FaultyApplication(join(folder, 'app.sock'));
    await application.listen();
    onTestFinished(() => application.close());
    const server = await startBareNginx({ folder, site: site(application.path) });
    onTestFinished(() => server.stop());
    return { config: join(folder, NGINX_SITE), folder, server, socket: application.path };
  }
  const params = 'fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri;';

  test('that tells the application nothing', async () => {
    const { config, server, socket } = await inFrontOfApplication(
      (path) => `location / { fastcgi_pass unix:${path}; }`,
    );
    // Whatever is asked for, the application takes it for its first page.
    expect((await new HttpClient(server.url).request('/error')).status).toBe(200);
    await expectFound([socket, '--config', config], 'params-missing', 'include fastcgi_params');
  });

  test('that speaks HTTP to a FastCGI application', async () => {
    const { config, server, socket } = await inFrontOfApplication(
      (path) => `location / { proxy_pass http://unix:${path}:/; proxy_read_timeout 1s; }`,
    );
    await new HttpClient(server.url).request('/').catch(() => undefined);
    await expectFound([socket, '--config', config], 'passed-as-http', 'fastcgi_pass');
  });

  test('with an upload beyond its limit', async () => {
    const { folder, server } = await inFrontOfApplication(
      (path) => `client_max_body_size 1k; location / { fastcgi_pass unix:${path}; ${params} }`,
    );
    const request = { method: 'POST', path: '/', body: Buffer.alloc(2_000) };
    expect(await told(server, folder, request, 413)).toEqual(['upload-too-large']);
  });

  test('whose browsers leave', async () => {
    const { folder, server } = await inFrontOfApplication(
      (path) => `location / { fastcgi_pass unix:${path}; ${params} }`,
    );
    const found = await findInLog(folder, async () => {
      await new HttpClient(server.url, { timeout: 300 }).request('/never').catch(() => undefined);
      return (await server.logs()).join('\n');
    });
    expect(found).toEqual(['browser-gone']);
  });
});

const noLighttpd = skipReason('lighttpd');
test.skipIf(noLighttpd)(
  `lighttpd that has no mod_fastcgi${noLighttpd ? ` (${noLighttpd})` : ''}`,
  async () => {
    const folder = await scratch();
    const application = new FaultyApplication(join(folder, 'app.sock'));
    await application.listen();
    onTestFinished(() => application.close());
    const site = `fastcgi.server = ( "/" => (( "socket" => "${application.path}", "check-local" => "disable" )) )`;
    const server = await startBareLighttpd({ folder, site });
    onTestFinished(() => server.stop());
    expect(await told(server, folder, { path: '/' }, 403)).toEqual(['lighttpd-module-missing']);
    await expectFound(
      [application.path, '--config', join(folder, CONFIG)],
      'lighttpd-module-missing',
      'mod_fastcgi',
    );
  },
);
