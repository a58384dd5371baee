import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Socket as IoSocket, io } from 'socket.io-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { openPage, startBrowser } from '../../../site/test/support/browser.ts';
import { type SystemProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import type { Child } from '../../src/child.ts';
import { HttpClient } from '../../src/http.ts';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder, type ScratchFolder } from '../../src/scratch-folder.ts';
import { webServerUser } from '../../src/users.ts';
import { startApacheProxy } from '../../src/web-servers/apache.ts';
import { startCaddy } from '../../src/web-servers/caddy.ts';
import { startH2o } from '../../src/web-servers/h2o.ts';
import { startHaproxy } from '../../src/web-servers/haproxy.ts';
import { startLighttpd } from '../../src/web-servers/lighttpd.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';
import type { ListeningUpstream, WebServer, WebServerOptions } from '../../src/web-servers/web-server.ts';

/** How many WebSockets are open while the application is loaded anew: 1,000 with UPGRADE_CONNECTIONS=1000. */
const CONNECTIONS = Number(process.env['UPGRADE_CONNECTIONS'] ?? 200);

/** How many of them are opened at the same time: web servers have queues. */
const AT_ONCE = 50;

/** Milliseconds; with 1,000 it takes longer than other tests. */
const LONG = 300_000;

const apps = fileURLToPath(new URL('./apps/', import.meta.url));

/** Each web server that `@fcgi-js/configs` writes WebSockets for. */
const webServers: ReadonlyArray<{
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  readonly start: (options: WebServerOptions) => Promise<WebServer>;
}> = [
  { name: 'nginx', programs: ['nginx'], start: startNginx },
  { name: 'Apache', programs: ['apache2'], start: startApacheProxy },
  { name: 'Caddy', programs: ['caddy'], start: startCaddy },
  { name: 'HAProxy', programs: ['haproxy'], start: startHaproxy },
  { name: 'lighttpd', programs: ['lighttpd'], start: startLighttpd },
  { name: 'h2o', programs: ['h2o'], start: (options) => startH2o({ ...options, upgradePath: '/ws' }) },
];

/** h2o says no prefix, neither to requests nor to WebSockets. */
function argsFor(programs: readonly SystemProgram[], mount: string): readonly string[] {
  return programs.includes('h2o') ? ['--mount', mount || '/'] : [];
}

/** What an application says of the first moment of a WebSocket. */
interface Hello {
  readonly address: string;
  readonly pid: number;
  readonly url: string;
}

interface Site {
  readonly runner: Child;
  readonly scratch: ScratchFolder;
  readonly webServer: WebServer;
}

/** An application behind a web server that passes it WebSockets beside FastCGI. */
async function startSite(
  app: string,
  start: (options: WebServerOptions) => Promise<WebServer>,
  { args = [], mount }: { readonly args?: readonly string[]; readonly mount: string },
): Promise<Site> {
  const scratch = await createScratchFolder();
  const application: ListeningUpstream = { kind: 'unix', path: join(scratch.path, 'app.sock') };
  const upgrades: ListeningUpstream = { kind: 'unix', path: join(scratch.path, 'upgrade.sock') };
  const user = webServerUser();
  const words = ['--listen', application.path, '--upgrade-listen', upgrades.path];
  const group = user === undefined ? [] : ['--socket-group', user.group];
  const runner = await startRunner([...words, ...group, ...args, join(apps, app)]);
  const connections = CONNECTIONS + 50;
  const webServer = await start({ application, connections, folder: scratch.path, mount, upgrades });
  return { runner, scratch, webServer };
}

async function stopSite({ runner, scratch, webServer }: Site): Promise<void> {
  await webServer.stop();
  await runner.stop();
  scratch.remove();
}

/** Opens a WebSocket at `ws` below a site. */
async function open({ webServer }: Site, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(new URL(`ws?room=1`, webServer.url), { headers });
  // What follows the first message may come in the same turn.
  const hello = once(socket, 'message').then(([data]): Hello => JSON.parse(String(data)));
  await Promise.race([hello, once(socket, 'error').then(([error]) => Promise.reject(error))]);
  return { hello: await hello, socket };
}

/** What comes back of what is sent. */
async function echo(socket: WebSocket, word: string): Promise<string> {
  const back = once(socket, 'message');
  socket.send(word);
  return String((await back)[0]);
}

/** Closes it, and waits until the other side has, too. */
async function close(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}

/** Collects the first message, and what comes back of another one. */
const IN_THE_BROWSER = `new Promise((resolve, reject) => {
  const words = [];
  const socket = new WebSocket(new URL('ws', location.href).href.replace('http', 'ws'));
  socket.onerror = () => reject(new Error('the WebSocket has failed'));
  socket.onmessage = ({ data }) => {
    words.push(data);
    if (words.length === 1) socket.send('from a browser');
    else resolve(words);
  };
})`;

describe.each(webServers)('behind $name', ({ programs, start }) => {
  const reason = skipReason(...programs);

  test.skipIf(reason).each([
    ['ws.mjs', ''],
    ['ws.mjs', '/shop'],
    ['hono.mjs', '/shop'],
    ['fastify.mjs', '/shop'],
    ['fastify-export.mjs', ''],
  ])('the WebSockets of %s, mounted at "%s"', async (app, mount) => {
    const site = await startSite(app, start, { args: argsFor(programs, mount), mount });
    onTestFinished(() => stopSite(site));
    const { hello, socket } = await open(site, {
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Prefix': '/elsewhere',
    });
    expect(hello).toMatchObject({ address: '127.0.0.1', url: '/ws?room=1' });
    for (const word of ['hello', 'x'.repeat(200_000)]) expect(await echo(socket, word)).toBe(word);
    const page = await new HttpClient(site.webServer.url).request('/');
    expect(page).toMatchObject({ status: 200 });
    await close(socket);
    expect(site.runner.output).not.toMatch(/WebSocket/);
  });

  test.skipIf(reason)('Socket.IO, which polls first where the web server chooses by the header', async () => {
    const site = await startSite('socket-io.mjs', start, {
      args: argsFor(programs, '/shop'),
      mount: '/shop',
    });
    onTestFinished(() => stopSite(site));
    const polls = !programs.includes('h2o');
    const socket: IoSocket = io(site.webServer.url.origin, {
      path: '/shop/ws',
      ...(polls ? {} : { transports: ['websocket'] }),
    });
    onTestFinished(() => void socket.close());
    const hello = new Promise<Hello>((resolve) => socket.once('hello', resolve));
    expect(await hello).toMatchObject({ address: '127.0.0.1' });
    await until(() => socket.io.engine.transport.name === 'websocket' || undefined, {
      timeout: 10_000,
      what: 'WebSocket of Socket.IO',
    });
    expect(await socket.emitWithAck('echo', 'hello')).toBe('hello');
  });

  test.skipIf(reason)(
    `${CONNECTIONS} WebSockets are held over a reload, and new ones come to the new workers`,
    async () => {
      const args = ['--workers', '2', '--stop-timeout', '600', ...argsFor(programs, '')];
      const site = await startSite('ws.mjs', start, { args, mount: '' });
      onTestFinished(() => stopSite(site));
      const held: Array<Awaited<ReturnType<typeof open>>> = [];
      while (held.length < CONNECTIONS) {
        const more = Array.from({ length: Math.min(AT_ONCE, CONNECTIONS - held.length) }, () => open(site));
        held.push(...(await Promise.all(more)));
      }
      let closed = 0;
      for (const { socket } of held) socket.once('close', () => (closed += 1));
      const old = new Set(held.map(({ hello }) => hello.pid));
      site.runner.kill('SIGHUP');
      const reloaded = () => site.runner.output.includes('reloaded: all workers serve generation 2');
      while (!reloaded()) {
        // None of them is refused, whichever worker it comes to.
        const { socket } = await open(site);
        await close(socket);
      }
      const { hello, socket } = await open(site);
      expect(old).not.toContain(hello.pid);
      await close(socket);
      for (const [index, one] of held.entries()) expect(await echo(one.socket, `${index}`)).toBe(`${index}`);
      expect(closed).toBe(0);
      await Promise.all(held.map((one) => close(one.socket)));
    },
    LONG,
  );

  test.skipIf(skipReason(...programs, 'chromium'))('Chromium has a WebSocket', async () => {
    const site = await startSite('ws.mjs', start, { args: argsFor(programs, '/shop'), mount: '/shop' });
    const browser = await startBrowser();
    onTestFinished(async () => {
      await browser.close();
      await stopSite(site);
    });
    const { faults, page } = await openPage(browser, site.webServer.url.origin);
    await page.goto('/shop/');
    const heard = await page.evaluate<string[]>(IN_THE_BROWSER);
    expect(JSON.parse(heard[0] ?? '')).toMatchObject({ address: '127.0.0.1', url: '/ws' });
    expect(heard[1]).toBe('from a browser');
    expect(faults.filter((fault) => !fault.includes('favicon'))).toEqual([]);
  });
});
