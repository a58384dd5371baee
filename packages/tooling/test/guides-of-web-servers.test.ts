import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { skipReason } from '../src/system-packages.mjs';
import { blocksOf, find, languages, ofLanguage, TypedGuide } from '../src/typed-guide.ts';

const run = promisify(execFile);
const MODULES = '/usr/lib/apache2/modules';
const isRoot = process.getuid?.() === 0;

const reason = isRoot
  ? skipReason('apache2', 'lighttpd', 'mod_fcgid', 'perl')
  : 'needs root, as web servers have to be other users';
if (reason !== undefined) console.warn(`skipped: guides of web servers, typed: ${reason}`);

describe.skipIf(reason)(
  'what a guide says, typed as root, leads to a page of the web server as www-data',
  () => {
    let guide: TypedGuide;
    let folder: string;
    let port: number;
    const type = (command: string) => guide.type(command);
    const page = (path: string) => guide.page(path);
    const mapped = (text: string) => guide.mapped(text);

    beforeEach(async () => {
      guide = await TypedGuide.create();
      ({ folder, port } = guide);
    });

    async function startApache(site: string, modules: readonly string[] = []): Promise<void> {
      const named = /^# a2enmod (.*)$/m.exec(site)?.[1]?.split(' ') ?? [];
      const loaded = ['mpm_event', 'authz_core', ...named, ...modules];
      const config = join(folder, 'apache.conf');
      const files = loaded.includes('fcgid')
        ? `FcgidIPCDir ${folder}/fcgid\nFcgidProcessTableFile ${folder}/fcgid/table`
        : '';
      await mkdir(join(folder, 'fcgid'));
      await run('chown', ['www-data', join(folder, 'fcgid')]);
      await writeFile(
        config,
        `${loaded.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/pid
Mutex file:${folder}
ErrorLog ${folder}/error.log
ServerName localhost
Listen 127.0.0.1:${port}
User www-data
Group www-data
${files}
${mapped(site)}`,
      );
      guide.start(find('apache2'), ['-D', 'FOREGROUND', '-f', config]);
    }

    /** Apache, as a host has set it up. */
    async function startHost(site: string): Promise<void> {
      await startApache(
        `TypesConfig /etc/mime.types\nDocumentRoot ${site}\n<Directory ${site}>\nAllowOverride All\nRequire all granted\n</Directory>`,
        ['fcgid', 'headers', 'mime', 'rewrite'],
      );
    }

    async function startLighttpd(site: string): Promise<void> {
      const config = join(folder, 'lighttpd.conf');
      await writeFile(
        config,
        `server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "/var/empty"
server.username = "www-data"
server.groupname = "www-data"
${mapped(site)}`,
      );
      guide.start(find('lighttpd'), ['-D', '-f', config]);
    }

    test.each(languages)('%s/deploying/apache-mod-proxy-fcgi.md', async (place) => {
      const blocks = blocksOf(`${place}/deploying/apache-mod-proxy-fcgi.md`);
      await guide.startApplication(ofLanguage(blocks, 'sh')[0]?.trim() ?? '');
      await startApache(ofLanguage(blocks, 'apache')[0] ?? '');
      expect(await page('/yourapplication/a?b')).toBe('200 The application has /a?b');
    });

    test.each(languages)('%s/deploying/apache-mod-fcgid.md', async (place) => {
      const blocks = blocksOf(`${place}/deploying/apache-mod-fcgid.md`);
      await type(ofLanguage(blocks, 'sh')[0] ?? '');
      await startApache(ofLanguage(blocks, 'apache')[0] ?? '');
      expect(await page('/a?b')).toBe('200 The application has /a?b');
    });

    test.each(languages)('%s/deploying/lighttpd.md, started by lighttpd', async (place) => {
      const blocks = blocksOf(`${place}/deploying/lighttpd.md`);
      await type(ofLanguage(blocks, 'sh')[0] ?? '');
      // In the place of /run/lighttpd, which is its own.
      await run('chown', ['www-data', folder]);
      await startLighttpd(ofLanguage(blocks, 'lighttpd')[0] ?? '');
      expect(await page('/a?b')).toBe('200 The application has /a?b');
    });

    test.each(languages)('%s/deploying/lighttpd.md, an application that runs', async (place) => {
      const blocks = blocksOf(`${place}/deploying/lighttpd.md`);
      await guide.startApplication(ofLanguage(blocks, 'sh')[1]?.trim() ?? '');
      await startLighttpd(ofLanguage(blocks, 'lighttpd')[1] ?? '');
      for (const path of ['/yourapplication', '/yourapplication/'])
        expect(await page(path)).toBe('200 The application has /');
      expect(await page('/yourapplication/a?b')).toBe('200 The application has /a?b');
    });

    test.each(languages)('%s/deploying/shared-hosting.md, by hand', async (place) => {
      const blocks = blocksOf(`${place}/deploying/shared-hosting.md`);
      const script = ofLanguage(blocks, 'sh').find((text) => text.trim().startsWith('#!/bin/sh')) ?? '';
      const words = script
        .replaceAll(/^ {3}/gm, '')
        .replaceAll('/home/me/app/node_modules/.bin/fcgi', join(folder, 'fcgi'))
        .replaceAll('/home/me/app', folder);
      const file = join(folder, 'yourapplication.fcgi');
      await writeFile(file, words, { mode: 0o755 });
      const lines = ofLanguage(blocks, 'apache').find((text) => text.includes('yourapplication.fcgi'));
      await writeFile(join(folder, '.htaccess'), lines ?? '');
      await startHost(folder);
      expect(await page('/a?b')).toBe('200 The application has /a?b');
      const check = ofLanguage(blocks, 'sh').find((text) => text.includes('env -i')) ?? '';
      const program = guide.start('sh', ['-c', `exec ${mapped(check)}`]);
      // In a terminal it would open a gateway.
      await expect(program.ended()).rejects.toThrow('FCGI_LISTEN_SOCKET_MISSING');
    });

    test('docs/deploying/shared-hosting.md, the three lines that find out whether a host allows it', async () => {
      const blocks = blocksOf('docs/deploying/shared-hosting.md');
      const [program = ''] = ofLanguage(blocks, 'perl');
      expect(program.trim().split('\n')).toHaveLength(3);
      await writeFile(join(folder, 'probe.fcgi'), program, { mode: 0o755 });
      const lines = ofLanguage(blocks, 'text').find((text) => text.includes('AddHandler')) ?? '';
      await writeFile(join(folder, '.htaccess'), lines);
      await startHost(folder);
      expect(await page('/probe.fcgi')).toMatch(/^200 FastCGI, as www-data\. Node: /);
      // One process answers again and again.
      expect(await page('/probe.fcgi')).toMatch(/^200 FastCGI/);
      const env = { ...guide.environment, REQUEST_METHOD: 'GET' };
      const { stdout } = await run(join(folder, 'probe.fcgi'), { env });
      expect(stdout).toMatch(/^Content-Type: text\/plain\n\nCGI alone, as /);
    });

    test('docs/deploying/shared-hosting.md, a bundle and a release', async () => {
      await writeFile(join(folder, 'package.json'), '{ "type": "module", "main": "app.js" }');
      const commands = ofLanguage(blocksOf('docs/deploying/shared-hosting.md'), 'sh').join('');
      const [bundle = '', release = ''] = commands.match(/^npx fcgi bundle .*$/gm) ?? [];
      const typed = (command: string) => type(command.replace('npx ', ''));
      await typed(bundle);
      await startHost(join(folder, 'out'));
      expect(await page('/a?b')).toBe('200 The application has /a?b');
      const [check = ''] = commands.match(/public_html\/check .*$/m) ?? [];
      await type(
        check.replace('public_html/', 'out/').replace('https://example.org/', `http://127.0.0.1:${port}/`),
      );
      await typed(release.replace('-o out', '-o releasing'));
      const [name = ''] = await readdir(join(folder, 'releasing/releases'));
      await mkdir(join(folder, 'public_html'));
      await type('cp -a releasing/releases public_html/');
      const [activate = ''] = commands.match(/public_html\/releases\/[^']+/) ?? [];
      await type(activate.replace(/\d{8}-\d{6}/, name));
      expect((await readdir(join(folder, 'public_html'))).toSorted()).toEqual([
        '.htaccess',
        'app.fcgi',
        'current',
        'releases',
      ]);
    });
  },
);
