import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { findProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import { Child } from '../../src/child.ts';
import { examine } from '../../src/doctor/run-doctor.ts';
import { HttpClient } from '../../src/http.ts';
import { fcgi } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { webServerUser } from '../../src/users.ts';
import { configureApache, configureHtaccessHost, fcgidFiles } from '../../src/web-servers/apache.ts';
import { type Launch, launchWebServer } from '../../src/web-servers/launch.ts';
import { configureLighttpd } from '../../src/web-servers/lighttpd.ts';
import { configureNginx } from '../../src/web-servers/nginx.ts';
import type { WebServer } from '../../src/web-servers/web-server.ts';

const run = promisify(execFile);

/** In TypeScript, below a package.json with "type": "module": nothing that node starts under the name `.fcgi`. */
const app = fileURLToPath(new URL('apps/shop.ts', import.meta.url));
const mount = '/shop';

/** What `fcgi init --json` says. */
interface Written {
  readonly files: ReadonlyArray<{ readonly path: string }>;
  readonly next: ReadonlyArray<{ readonly say: string; readonly commands: readonly string[] }>;
}

/** Runs `fcgi init` for the shop, with its files in the scratch folder. */
async function init(folder: string, ...flags: string[]): Promise<Written> {
  const words = ['init', app, '--name', 'shop', '--mount', mount, '--server-name', '127.0.0.1', '-o', folder];
  const { stdout } = await run(process.execPath, [fcgi, ...words, '--json', '--yes', ...flags]);
  return JSON.parse(stdout) as Written;
}

async function scratchFolder(): Promise<string> {
  const folder = await createScratchFolder();
  onTestFinished(folder.remove);
  return folder.path;
}

async function start(folder: string, configure: (port: number) => Promise<Launch>): Promise<WebServer> {
  const running = await launchWebServer({ folder, mount }, configure);
  onTestFinished(running.stop);
  return running;
}

async function expectShop({ logs, url }: WebServer): Promise<void> {
  const answer = await new HttpClient(url).request('/tea?kind=green%20tea');
  expect(answer.status, (await logs()).join('')).toBe(200);
  expect(answer.json()).toEqual({
    baseUrl: '/shop',
    environment: 'production',
    originalUrl: '/shop/tea?kind=green%20tea',
    query: { kind: 'green tea' },
    url: '/tea?kind=green%20tea',
  });
}

function read(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

const noFcgid = skipReason('apache2', 'mod_fcgid');
const noLighttpd = skipReason('lighttpd');
const noNginx = skipReason('nginx');

test.skipIf(noFcgid)(
  `Apache starts what was written beside a .htaccess, and the doctor finds nothing${noFcgid ? ` (${noFcgid})` : ''}`,
  async () => {
    const folder = await scratchFolder();
    // A .htaccess belongs to a site that is there, and names no host.
    const words = ['--name', 'shop', '--web-server', 'apache-htaccess', '--mount', mount, '-o', folder];
    await run(process.execPath, [fcgi, 'init', app, ...words]);
    expect((await stat(join(folder, 'shop.fcgi'))).mode & 0o777).toBe(0o755);
    await expectShop(await start(folder, (port) => configureHtaccessHost({ folder, mount }, port)));
    const target = [join(folder, 'shop.fcgi'), '--config', join(folder, '.htaccess'), '--url', '/shop/'];
    expect((await examine(target)).findings).toEqual([]);
  },
);

test.skipIf(noFcgid)(
  `Apache starts what was written, in a virtual host${noFcgid ? ` (${noFcgid})` : ''}`,
  async () => {
    const folder = await scratchFolder();
    const apache = await start(folder, async (port) => {
      await init(folder, '--web-server', 'apache-fcgid', '--bind', `127.0.0.1:${port}`);
      const site = await read(folder, 'shop-apache.conf');
      return configureApache({ folder }, port, [], `${fcgidFiles({ folder })}${site}`);
    });
    await expectShop(apache);
  },
);

test.skipIf(noLighttpd)(
  `lighttpd starts what was written${noLighttpd ? ` (${noLighttpd})` : ''}`,
  async () => {
    const folder = await scratchFolder();
    const lighttpd = await start(folder, async (port) => {
      await init(folder, '--web-server', 'lighttpd', '--listen', `unix:${folder}/lighttpd.sock`);
      const launch = await configureLighttpd({ folder }, port, await read(folder, 'shop-lighttpd.conf'));
      // It hands its environment on; this one has not even a PATH.
      return { ...launch, env: {} };
    });
    await expectShop(lighttpd);
  },
);

async function startNginxOn(folder: string, ...flags: string[]): Promise<WebServer> {
  return await start(folder, async (port) => {
    await init(folder, '--force', '--web-server', 'nginx', '--bind', `127.0.0.1:${port}`, ...flags);
    return configureNginx(folder, await read(folder, 'shop-nginx.conf'));
  });
}

test.skipIf(noNginx)(
  `nginx reaches what the printed command has started${noNginx ? ` (${noNginx})` : ''}`,
  async () => {
    const folder = await scratchFolder();
    const flags = ['--start', 'hand', '--listen', `unix:${folder}/shop.sock`];
    const { next } = await init(folder, '--web-server', 'nginx', ...flags);
    const [command = ''] = next.find(({ say }) => say.startsWith('Start the application'))?.commands ?? [];
    const application = new Child('/bin/sh', ['-c', `exec ${command}`], {
      env: { NODE_ENV: 'production' },
    });
    onTestFinished(() => application.stop());
    await expectShop(await startNginxOn(folder, ...flags));
  },
);

const noSupervisor = skipReason('nginx', 'supervisord');
test.skipIf(noSupervisor)(
  `nginx reaches what supervisor has started${noSupervisor ? ` (${noSupervisor})` : ''}`,
  async () => {
    const folder = await scratchFolder();
    const user = webServerUser()?.name ?? userInfo().username;
    const flags = ['--start', 'supervisor', '--listen', `unix:${folder}/shop.sock`, '--user', user];
    await init(folder, '--web-server', 'nginx', ...flags);
    const files = `logfile=${folder}/supervisord.log\npidfile=${folder}/supervisord.pid\nchildlogdir=${folder}`;
    const config = join(folder, 'supervisord.conf');
    await writeFile(config, `[supervisord]\n${files}\n${await read(folder, 'shop-supervisor.conf')}`);
    const supervisor = new Child(findProgram('supervisord') ?? 'supervisord', ['-n', '-c', config], {
      cwd: folder,
    });
    // Killed, it would leave the application behind.
    onTestFinished(() => supervisor.stop());
    await expectShop(await startNginxOn(folder, ...flags));
  },
);
