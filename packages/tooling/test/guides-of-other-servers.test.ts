import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { repositoryFiles } from '../src/source-files.ts';
import { skipReason } from '../src/system-packages.mjs';
import { blocksOf, find, freePort, languages, ofLanguage, TypedGuide } from '../src/typed-guide.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

/** Guides of which no block is typed here or in the two files beside this one. */
const untyped: Readonly<Record<string, string>> = {
  'apache-mod-fastcgi': 'the module is not in Debian',
  cherokee: 'it is not in Debian 12',
  containers: 'images cannot be built without a network; its command is run below',
  frameworks: 'packages/e2e/test/meta-frameworks.test.ts builds and serves them',
  iis: 'it needs Windows',
  screen: 'it needs a terminal',
  systemd: 'packages/e2e/test/run/systemd.test.ts boots a system with such units',
  websockets: 'packages/e2e/test/upgrades has WebSockets behind each web server',
};
const typed = [
  'apache-mod-fcgid',
  'apache-mod-proxy-fcgi',
  'caddy',
  'h2o',
  'haproxy',
  'init',
  'lighttpd',
  'nginx',
  'shared-hosting',
  'supervisor',
];

test('every guide is typed, or there is a reason why not', () => {
  const guides = repositoryFiles('docs', ['.md'])
    .map(({ path }) => /^docs\/deploying\/(.*)\.md$/.exec(path)?.[1])
    .filter((name) => name !== undefined);
  expect([...typed, ...Object.keys(untyped)].toSorted()).toEqual(guides.toSorted());
});

const reason = isRoot
  ? skipReason('caddy', 'h2o', 'haproxy', 'nginx', 'spawn-fcgi', 'start-stop-daemon', 'supervisord')
  : 'needs root, as web servers have to be other users';
if (reason !== undefined) console.warn(`skipped: guides of other servers, typed: ${reason}`);

describe.skipIf(reason)(
  'what a guide says, typed as root, leads to a page of the web server as its user',
  () => {
    let guide: TypedGuide;

    beforeEach(async () => {
      guide = await TypedGuide.create();
    });

    /** A configuration as a file of this machine. */
    async function write(name: string, text: string): Promise<string> {
      const path = join(guide.folder, name);
      await writeFile(path, guide.mapped(text));
      return path;
    }

    /** The program that stands in the guide about deploying, as `/srv/app/server.js`. */
    async function writeServer(): Promise<void> {
      await write('server.js', ofLanguage(blocksOf('docs/deploying.md'), 'js')[0] ?? '');
    }

    const nginx = () => guide.startNginx(ofLanguage(blocksOf('docs/deploying/nginx.md'), 'nginx')[0] ?? '');
    const isOldCaddy = () =>
      /^v?2\.([0-5]|6\.[0-3])\./.test(
        execFileSync(find('caddy'), ['version'], { encoding: 'utf8' }).replace(/\s/, '.'),
      );

    test.each(languages)('%s/deploying/caddy.md', async (place) => {
      const blocks = blocksOf(`${place}/deploying/caddy.md`);
      const [serve = '', print = ''] = ofLanguage(blocks, 'sh');
      await guide.startApplication(serve.trim());
      const folder = join(guide.folder, 'etc-caddy');
      await mkdir(folder);
      if (isOldCaddy()) await guide.type(print.replace('/etc/caddy', folder));
      else await writeFile(join(folder, 'Caddyfile'), ofLanguage(blocks, 'caddy')[0] ?? '');
      await startCaddy(join(folder, 'Caddyfile'));
      expect(await guide.page('/a?b', 'example.org')).toBe('200 The application has /a?b');
    });

    /** Without certificates, as example.org is not this machine. */
    async function startCaddy(file: string): Promise<void> {
      const site = guide.mapped(await readFile(file, 'utf8'));
      await write(
        'Caddyfile',
        `{\nadmin off\n}\n${site.replace(/^example\.org \{/m, `http://example.org:${guide.port} {`).replaceAll('unix//run/', `unix/${guide.folder}/`)}`,
      );
      guide.start(
        find('caddy'),
        ['run', '--config', join(guide.folder, 'Caddyfile'), '--adapter', 'caddyfile'],
        await userNamed('caddy'),
      );
    }

    async function startH2o(site: string): Promise<void> {
      const file = await write(
        'h2o.conf',
        `user: debian-h2o\nnum-threads: 1\n${site.replace('port: 80', `port: ${guide.port}\n    host: 127.0.0.1`)}`,
      );
      guide.start(find('h2o'), ['-c', file]);
    }

    test.each(languages)('%s/deploying/h2o.md, an application that runs', async (place) => {
      const blocks = blocksOf(`${place}/deploying/h2o.md`);
      await guide.startApplication(ofLanguage(blocks, 'sh')[0]?.trim() ?? '');
      await startH2o(ofLanguage(blocks, 'yaml')[0] ?? '');
      expect(await guide.page('/a?b')).toBe('200 The application has /a?b');
    });

    test.each(languages)('%s/deploying/h2o.md, started by h2o', async (place) => {
      const blocks = blocksOf(`${place}/deploying/h2o.md`);
      await guide.type(ofLanguage(blocks, 'sh')[1] ?? '');
      await startH2o(ofLanguage(blocks, 'yaml')[1] ?? '');
      expect(await guide.page('/yourapplication/a?b')).toBe('200 The application has /a?b');
    });

    test.each(languages)('%s/deploying/haproxy.md', async (place) => {
      const blocks = blocksOf(`${place}/deploying/haproxy.md`);
      const port = await freePort();
      // The two hosts, and that of HAProxy, are this one.
      const here = (text: string) =>
        text.replaceAll('10.0.0.100', '127.0.0.1').replaceAll(/10\.0\.0\.([12]):9000/g, `127.0.0.$1:${port}`);
      const serve = ofLanguage(blocks, 'sh')[0]?.trim() ?? '';
      await guide.startApplication(here(serve));
      await guide.startApplication(here(serve.replace('10.0.0.1:', '10.0.0.2:')));
      const site = here(ofLanguage(blocks, 'haproxy')[0] ?? '');
      const bound = site.replace(':80,[::]:80 v6only', `127.0.0.1:${guide.port}`);
      const file = await write('haproxy.cfg', `global\n    user haproxy\n    group haproxy\n${bound}`);
      guide.start(find('haproxy'), ['-db', '-f', file]);
      expect(await guide.page('/a?b')).toBe('200 The application has /a?b');
    });

    test.each(languages)('%s/deploying/supervisor.md', async (place) => {
      const blocks = blocksOf(`${place}/deploying/supervisor.md`);
      await writeServer();
      await write(
        'app.conf',
        ofLanguage(blocks, 'ini')[0]?.replace('unix:///run', `unix://${guide.folder}`) ?? '',
      );
      const control = `unix_http_server]\nfile=${guide.folder}/control.sock`;
      const factory = 'supervisor.rpcinterface:make_main_rpcinterface';
      await write(
        'supervisord.conf',
        `[${control}
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=${guide.folder}/supervisord.pid
childlogdir=${guide.folder}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = ${factory}
[supervisorctl]
serverurl=unix://${guide.folder}/control.sock
[include]
files = ${guide.folder}/later/*.conf
`,
      );
      const config = join(guide.folder, 'supervisord.conf');
      const supervisor = guide.start(find('supervisord'), ['-c', config]);
      await supervisor.listening(join(guide.folder, 'control.sock'));
      await mkdir(join(guide.folder, 'later'));
      await run('cp', [join(guide.folder, 'app.conf'), join(guide.folder, 'later')]);
      await guide.install('supervisorctl', `exec /usr/bin/supervisorctl -c ${config} "$@"`);
      await guide.type(ofLanguage(blocks, 'sh')[0] ?? '');
      await nginx();
      expect(await guide.page('/a?b')).toBe('200 The application has /a?b');
    });

    test.each(languages)('%s/deploying/init.md', async (place) => {
      const [script = '', spawn = ''] = ofLanguage(blocksOf(`${place}/deploying/init.md`), 'sh');
      await writeServer();
      expect(script).toMatch(/^adduser --system .* app$/m);
      // The user and the links for the start of the system would stay.
      await guide.install('adduser', ':');
      await guide.install('update-rc.d', ':');
      const asNobody = (text: string) =>
        text
          .replace(/(--user|-u) app\b/, '$1 nobody')
          .replaceAll('/etc/init.d/app', join(guide.folder, 'app-script'));
      Object.assign(guide.environment, {
        PIDFILE: join(guide.folder, 'app.pid'),
        LOGFILE: join(guide.folder, 'log'),
      });
      await guide.type(asNobody(script));
      await nginx();
      expect(await guide.page('/a?b')).toBe('200 The application has /a?b');
      await guide.type(`${join(guide.folder, 'app-script')} stop`);
      expect(await guide.page('/')).toMatch(/^502 /);
      await guide.type(asNobody(spawn));
      expect(await guide.page('/a?b')).toBe('200 The application has /a?b');
      await run('sh', ['-c', `kill $(cat ${guide.folder}/app.pid)`]);
    });

    test('docs/deploying/containers.md, the command of the image and its check', async () => {
      const [image = ''] = ofLanguage(blocksOf('docs/deploying/containers.md'), 'dockerfile');
      const port = await freePort();
      const commands = [...image.matchAll(/CMD (\[.*\])$/gm)].map(([, words = '']) =>
        (JSON.parse(words) as string[]).map((word) => word.replace(':9000', `:${port}`)).join(' '),
      );
      const [check = '', serve = ''] = commands;
      guide.project.write(
        'server.js',
        "import { createServer } from 'node:http';\ncreateServer((req, res) => res.end()).listen(3000);\n",
      );
      await guide.startApplication(serve);
      expect(await guide.type(check)).toMatch(/^up /);
    });
  },
);

async function userNamed(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((option) => run('id', [option, name])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}
