import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fcgi, GuideProject, RunningProgram } from '../src/guide-project.ts';
import { type CodeBlock, codeBlocks } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';
import { findProgram, type SystemProgram, skipReason } from '../src/system-packages.mjs';

const run = promisify(execFile);
const MODULES = '/usr/lib/apache2/modules';
const isRoot = process.getuid?.() === 0;

function blocksOf(path: string): CodeBlock[] {
  const [, name = ''] = /^docs\/(.*)$/.exec(path) ?? [];
  const guide = repositoryFiles('docs', ['.md']).find((file) => file.path === `docs/${name}`);
  return codeBlocks(guide?.text ?? '');
}

const reason = isRoot
  ? skipReason('apache2', 'lighttpd', 'mod_fcgid', 'perl')
  : 'needs root, as web servers have to be other users';
if (reason !== undefined) console.warn(`skipped: guides of web servers, typed: ${reason}`);

describe.skipIf(reason)(
  'what a guide says, typed as root, leads to a page of the web server as www-data',
  () => {
    let folder: string;
    let port: number;
    let environment: NodeJS.ProcessEnv;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fcgi-js-typed-'));
      // Registered first, and so done last: programs that are still to be stopped write there.
      onTestFinished(() => rm(folder, { recursive: true }));
      await chmod(folder, 0o755);
      const project = new GuideProject(folder);
      onTestFinished(() => project.stop());
      await writeFile(join(folder, 'fcgi'), `#!/bin/sh\nexec '${process.execPath}' '${fcgi}' "$@"\n`, {
        mode: 0o755,
      });
      environment = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
      port = await freePort();
    });

    /** What stands in guides, as it is in the folder of the test. */
    function mapped(text: string): string {
      return text
        .replaceAll(/\/(?:run\/lighttpd|run|srv\/app|home\/me\/public_html)(?=[/"> ])/g, folder)
        .replaceAll(/\*:80\b/g, `127.0.0.1:${port}`);
    }

    async function type(command: string): Promise<void> {
      await run('sh', ['-c', mapped(command)], { cwd: folder, env: environment });
    }

    /** A server: it is ended with the test. */
    function start(command: string, args: readonly string[]): RunningProgram {
      // A group of its own: what a shell has started ends with it.
      const child = spawn(command, args, { cwd: folder, detached: true, env: environment });
      onTestFinished(async () => {
        if (child.pid === undefined || child.exitCode !== null) return;
        process.kill(-child.pid, 'SIGTERM');
        await new Promise((resolve) => child.once('exit', resolve));
      });
      return new RunningProgram(child);
    }

    async function startApplication(command: string): Promise<void> {
      const program = start('sh', ['-c', `exec ${mapped(command)}`]);
      await program.until(() => (program.output.includes('is served on') ? true : undefined));
    }

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
      start(find('apache2'), ['-D', 'FOREGROUND', '-f', config]);
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
      start(find('lighttpd'), ['-D', '-f', config]);
    }

    async function page(path: string): Promise<string> {
      for (let attempt = 0; ; attempt += 1) {
        const answer = await ask(path).catch((error: unknown) => String(error));
        if (!answer.includes('ECONNREFUSED') || attempt === 100) return answer;
        await delay(100);
      }
    }

    function ask(path: string): Promise<string> {
      return new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port, path }, (answer) =>
          textOf(answer).then((body) => resolve(`${answer.statusCode} ${body}`), reject),
        ).on('error', reject);
      });
    }

    const languages = ['docs', 'docs/ko', 'docs/zh'];
    const ofLanguage = (blocks: readonly CodeBlock[], language: string) =>
      blocks.filter((block) => block.language === language).map(({ text }) => text);

    test.each(languages)('%s/deploying/apache-mod-proxy-fcgi.md', async (place) => {
      const blocks = blocksOf(`${place}/deploying/apache-mod-proxy-fcgi.md`);
      await startApplication(ofLanguage(blocks, 'sh')[0]?.trim() ?? '');
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
      await startApplication(ofLanguage(blocks, 'sh')[1]?.trim() ?? '');
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
      // It goes on, as the reader ends it.
      const check = ofLanguage(blocks, 'sh').find((text) => text.includes('env -i')) ?? '';
      const program = start('sh', ['-c', `exec ${mapped(check)}`]);
      await program.until(() => (program.output.includes('is served on http://') ? true : undefined));
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
      const env = { ...environment, REQUEST_METHOD: 'GET' };
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

function find(program: SystemProgram): string {
  return findProgram(program) ?? program;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
