import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FcgiClient } from '@fcgi-js/client';
import { expect, test } from 'vitest';
import { ask, folderWith, Runner } from '../support/runner.ts';

const app = `module.exports = (req, res) => {
  if (req.url === '/block') { process.stderr.write('blocks'); for (;;); }
  if (req.url.startsWith('/hold')) { process.stderr.write('holds'); process.on('SIGUSR2', () => res.end('held')); return; }
  if (req.url === '/missing') res.statusCode = 404;
  res.end('app ' + req.url);
};`;

const PARAMS = {
  QUERY_STRING: 'text',
  REQUEST_METHOD: 'GET',
  SERVER_PROTOCOL: 'HTTP/1.1',
  SCRIPT_FILENAME: '',
};

/** Values of the status page in JSON. */
type Status = Readonly<Record<string, unknown>> & {
  readonly processes: ReadonlyArray<Readonly<Record<string, unknown>>>;
};

async function start(args: readonly string[], options: { readonly env?: NodeJS.ProcessEnv } = {}) {
  const cwd = await folderWith({ 'app.cjs': app });
  const runner = new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd, ...options });
  await runner.serving();
  return { address: `unix:${join(cwd, 's')}`, cwd, runner };
}

/** The URL of `--status-listen http://127.0.0.1:0`. */
async function statusUrl(runner: Runner): Promise<string> {
  const [, url = ''] = await runner.says(/its status is served on (http:\S+)/);
  return url;
}

async function statusAt(url: string): Promise<Status> {
  return (await (await fetch(`${url}/status?json&full`)).json()) as Status;
}

const HTTP = ['--status-listen', 'http://127.0.0.1:0'];

test.each([
  ['one process', []],
  ['several', ['--workers', '2']],
])('the pages stand before the application, whichever process answers: %s', async (_how, args) => {
  const { address, runner } = await start([...args, '--status-path', '/-/status', '--ping-path', '/-/ping']);
  expect(await ask(address, '/-/ping')).toBe('200 pong');
  expect(await ask(address, '/other')).toBe('200 app /other');
  expect(await ask(address, '/missing')).toBe('404 app /missing');
  await expect(ask(address, '/-/status')).resolves.toMatch(
    /^200 pool: +app\.cjs\nprocess manager: +(single|static)\n/,
  );
  const answer = await ask(address, '/-/status?full&json');
  const { processes, ...pool } = JSON.parse(answer.slice(4)) as Status;
  expect(pool).toMatchObject({
    'accepted conn': 5,
    'active requests': 1,
    requests: 5,
    'responses 2xx': 3,
    'responses 4xx': 1,
    'total processes': args.length === 0 ? 1 : 2,
  });
  const shown = processes.filter((one) => one['state'] === 'Running');
  expect(shown).toMatchObject([{ 'request method': 'GET', 'request uri': '/-/status' }]);
  expect(runner.stderr).not.toMatch(/told on/);
  expect(await runner.stop()).toBe(0);
});

test("a path that the web server has not resolved to the status page is the application's", async () => {
  const { address } = await start(['--status-path', '/status']);
  for (const path of ['/status/', '/%73tatus', '//status', '/status/x', '/x/../status']) {
    expect(await ask(address, path)).toBe(`200 app ${path}`);
  }
});

test('the page of a path that is spelled in another way is not served where the web server has decoded it', async () => {
  const { address } = await start(['--status-path', '/status', '--ping-path', '/shop/ping']);
  const asked = async (uri: string, path: string, prefix = '') => {
    const client = new FcgiClient({ address, keepConn: false });
    const params = { ...PARAMS, REQUEST_URI: uri, SCRIPT_NAME: prefix, PATH_INFO: path };
    const { body } = await client.request({ params: new Map(Object.entries(params)) });
    const said = await text(body);
    await client.close();
    return said.split(/[ :\n]/)[0];
  };
  for (const uri of [
    '/%73tatus',
    '/%73%74%61%74%75%73?full',
    '//status',
    '/./status',
    '/x/../status',
    '/STATUS',
    '/status/',
  ])
    expect([uri, await asked(uri, '/status')]).toEqual([uri, 'app']);
  expect(await asked('/status?text', '/status')).toBe('pool');
  expect(await asked('/shop/ping', '/ping', '/shop')).toBe('pong');
  expect(await asked('/%73hop/ping', '/ping', '/shop')).toBe('app');
  expect(await asked('/shop//ping', '/ping', '/shop')).toBe('app');
});

test('what a request is about is told without what is secret', async () => {
  const { address, runner } = await start(['--workers', '1', ...HTTP]);
  const held = ask(address, '/hold/me?token=secret');
  await runner.says(/holds/);
  const url = await statusUrl(runner);
  const { processes } = await statusAt(url);
  expect(processes).toMatchObject([
    { 'active requests': 1, 'request method': 'GET', 'request uri': '/hold/me', state: 'Running' },
  ]);
  for (const query of ['?full', '?json&full', '?html', '?openmetrics']) {
    expect(await (await fetch(`${url}/status${query}`)).text()).not.toContain('secret');
  }
  process.kill(Number(processes[0]?.['pid']), 'SIGUSR2');
  expect(await held).toBe('200 held');
  expect(await statusAt(url)).toMatchObject({
    'active requests': 0,
    'idle processes': 1,
    'responses 2xx': 1,
  });
});

test('an address of its own answers also when all workers are blocked, and says so', async () => {
  const { address, runner } = await start(['--workers', '2', '--stop-timeout', '0.2', ...HTTP]);
  const url = await statusUrl(runner);
  await expect.poll(async () => (await statusAt(url))['idle processes']).toBe(2);
  const broken: Array<Promise<string>> = [];
  const send = () => broken.push(ask(address, '/block').catch(() => 'broken off'));
  // One after the other: a process may take several connections at once.
  for (const count of [1, 2]) {
    send();
    await expect.poll(() => runner.stderr.match(/blocks/g)?.length).toBe(count);
  }
  for (const _late of [3, 4]) send();
  await expect.poll(async () => (await statusAt(url))['blocked processes']).toBe(2);
  const { processes, ...pool } = await statusAt(url);
  // Nobody takes connections any more: what came too late waits, as the kernel tells.
  expect(pool).toMatchObject({ 'idle processes': 0, 'listen queue': 2, 'max listen queue': 2 });
  for (const one of processes) {
    expect(one['state']).toBe('Blocked');
    expect(one['silent since']).toBeGreaterThan(2);
  }
  expect(await (await fetch(`${url}/ping`)).text()).toBe('pong');
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/\nfcgi_workers\{state="blocked"\} 2\n/);
  expect(await runner.stop()).toBe(0);
  expect(await Promise.all(broken)).toEqual(Array(4).fill('broken off'));
});

test('reloads, recycling and crashes are counted, and so are the requests of those that are gone', async () => {
  const { address, runner } = await start(['--workers', '1', '--max-requests', '2', ...HTTP]);
  const url = await statusUrl(runner);
  for (const path of ['/a', '/b']) await ask(address, path);
  await expect.poll(async () => (await statusAt(url))['worker starts']).toBe(2);
  await expect.poll(async () => (await statusAt(url))['total processes']).toBe(1);
  runner.signal('SIGHUP');
  await expect.poll(async () => (await statusAt(url))['reloads']).toBe(1);
  const before = await statusAt(url);
  expect(before).toMatchObject({ generation: 2, requests: 2, 'worker recycles': 1, 'worker starts': 3 });
  await expect.poll(async () => (await statusAt(url)).processes.length).toBe(1);
  const [{ pid } = {}] = (await statusAt(url)).processes;
  process.kill(Number(pid), 'SIGKILL');
  await expect.poll(async () => (await statusAt(url))['idle processes']).toBe(1);
  expect(await statusAt(url)).toMatchObject({ requests: 2, 'worker crashes': 1, 'worker starts': 4 });
});

test.each([
  ['one process', []],
  ['several', ['--workers', '1']],
])('an address of its own can be one of FastCGI: %s', async (_how, args) => {
  const { cwd, runner } = await start([...args, '--status-listen', './status.sock', '--ping-path', '/alive']);
  const address = `unix:${join(cwd, 'status.sock')}`;
  expect(runner.stderr).toContain(`its status is served on ${address}`);
  expect(await ask(address, '/alive')).toBe('200 pong');
  expect(await ask(address, '/status?full')).toMatch(/^200 pool: [\s\S]*\npid: /);
  expect(await ask(address, '/other')).toMatch(/^404 /);
  expect(await runner.stop()).toBe(0);
});

test('over HTTP, a name that is not of this machine is refused, and so is an address that is taken', async () => {
  const { cwd, runner } = await start(HTTP);
  const url = await statusUrl(runner);
  const { get } = await import('node:http');
  const statusFor = (host: string) =>
    new Promise((resolve) =>
      get(url, { headers: { host } }, (response) => resolve(response.resume().statusCode)),
    );
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:80']) expect(await statusFor(host)).toBe(200);
  expect(await statusFor('evil.example')).toBe(403);
  const second = new Runner(['--listen', './t', '--status-listen', url, 'app.cjs'], { cwd });
  expect(await second.exited).toBe(1);
  expect(second.stderr).toMatch(
    /The status pages cannot be served on 127\.0\.0\.1:\d+: another process listens there\. Stop it/,
  );
});

test('addresses and paths that make no sense are a wrong command line', async () => {
  const cwd = await folderWith({ 'app.cjs': app });
  const wrong = [
    ['--status-listen', 'https://127.0.0.1:1'],
    ['--status-listen', 'http://127.0.0.1'],
    ['--status-listen', 'http://127.0.0.1:99999'],
    ['--status-listen', 'auto'],
    ['--status-listen', 'fd:3'],
    ['--status-path', 'status'],
    ['--status-path', '/a', '--ping-path', '/a'],
  ];
  for (const args of wrong) {
    expect(await new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd }).exited).toBe(2);
  }
});
