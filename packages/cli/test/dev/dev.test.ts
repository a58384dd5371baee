import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning } from '../../../e2e/src/is-running.ts';
import { until } from '../../../e2e/src/poll.ts';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { runFcgi } from '../support/fcgi-process.ts';
import { startDevelopment } from './support.ts';

const saying = (text: string) =>
  `export default (req, res) => { res.end(${JSON.stringify(text)} + ' ' + process.pid); };`;

test('what has changed is served next, and requests wait for it', async () => {
  const { get, running, write } = await startDevelopment({ 'app.mjs': saying('one') });
  const one = await get('/');
  expect(one.body).toMatch(/^one \d+$/);
  await write('app.mjs', `await new Promise((resolve) => setTimeout(resolve, 500));\n${saying('two')}`);
  await running.printed('changed: app.mjs');
  const answers = await Promise.all([get('/'), get('/'), get('/')]);
  for (const { body, status } of answers)
    expect([status, body]).toEqual([200, expect.stringMatching(/^two \d+$/)]);
  expect(isRunning(Number(one.body.split(' ')[1]))).toBe(false);
  running.kill('SIGINT');
  expect(await running.outcome()).toMatchObject({ status: 0 });
  expect(isRunning(Number(answers[0]?.body.split(' ')[1]))).toBe(false);
  expect(running.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}GET \/ {2}200 {2}[\d.]+ ms$/m);
});

test('a module that the application loads counts, what is ignored does not', async () => {
  const { get, running, write } = await startDevelopment(
    {
      'app.mjs': "import { word } from './word.mjs'; export default (req, res) => { res.end(word); };",
      'word.mjs': "export const word = 'one';",
      'ignored.json': '1',
    },
    ['--ignore', 'ignored.json', '--watch', 'views', 'app.mjs'],
  );
  expect((await get('/')).body).toBe('one');
  await write('ignored.json', '2');
  await write('word.mjs', "export const word = 'two';");
  await running.printed('changed: word.mjs');
  expect((await get('/')).body).toBe('two');
  expect(running.stderr).not.toContain('ignored.json');
});

test('an application that cannot be loaded says so to whoever asks, until it is fixed', async () => {
  const { get, running, write } = await startDevelopment({ 'app.mjs': 'const a = 1;\nconst b = ;\n' });
  const failed = await get('/');
  expect(failed.status).toBe(500);
  expect(failed.body).toMatch(/could not be started[\s\S]*app\.mjs:2\nconst b = ;[\s\S]*SyntaxError/);
  await running.printed('not loaded (exit status 1)');
  await write('app.mjs', saying('fixed'));
  await running.printed('loaded: a listener');
  expect((await get('/')).body).toMatch(/^fixed/);
});

test('what it says before it gives itself up is what went wrong', async () => {
  const { get } = await startDevelopment({
    'app.mjs': "console.error('The database is not there.'); process.exit(3);",
  });
  expect((await get('/')).body).toMatch(/\(exit status 3\)[\s\S]*The database is not there\./);
});

test('what could not be started is tried again with a request, later', async () => {
  const { folder, get, write } = await startDevelopment({
    'app.mjs': `import { existsSync } from 'node:fs';
      if (!existsSync(new URL('database', import.meta.url))) throw new Error('no database');
      ${saying('there')}`,
  });
  expect((await get('/')).body).toContain('Error: no database');
  await write('database', '');
  expect(await readdir(folder)).toContain('database');
  await until(async () => ((await get('/')).status === 200 ? true : undefined), {
    what: 'application that has found its database',
    timeout: 30_000,
  });
});

test.each([
  ['throws', 'if (req.url) throw new RangeError("of it");'],
  ['rejects', 'return Promise.reject(new RangeError("of it"));'],
])('a handler that %s is shown with its stack, and a line on the terminal', async (_how, statement) => {
  const { get, running } = await startDevelopment({
    'app.mjs': `export default (req, res) => {\n  ${statement}\n};`,
  });
  const { body, status } = await get('/a');
  expect([status, body]).toEqual([500, expect.stringMatching(/RangeError: of it\n {4}at .*app\.mjs:2:/)]);
  await running.printed(/GET \/a {2}500/);
});

test('a 500 of the application itself is left alone', async () => {
  const { get } = await startDevelopment({
    'app.mjs': "export default (req, res) => { res.statusCode = 500; res.end('my own'); };",
  });
  expect(await get('/')).toMatchObject({ status: 500, body: 'my own' });
});

test('a request in which the process ends is told why, once; the next one starts it again', async () => {
  const { get, running } = await startDevelopment({
    'app.mjs': `export default (req, res) => {
      if (req.url === '/') res.end('fine');
      else setTimeout(() => { throw new TypeError('too late'); }, 10);
    };`,
  });
  expect((await get('/')).body).toBe('fine');
  for (const method of ['GET', 'POST']) {
    const { body, status } = await get('/crash', { method, body: method === 'POST' ? 'x' : '' });
    expect([status, body]).toEqual([500, expect.stringMatching(/has ended while[\s\S]*TypeError: too late/)]);
    expect(await get('/')).toMatchObject({ status: 200, body: 'fine' });
  }
  expect(running.stderr.match(/the process of the application has ended/g)).toHaveLength(2);
});

test('the application sees development, its arguments, its prefix and the port that it asked for', async () => {
  const { get } = await startDevelopment(
    {
      'app.cjs': `const server = require('http').createServer((req, res) => {
        res.end(JSON.stringify([process.env.NODE_ENV, process.argv.slice(2), req.baseUrl ?? '', server.address().port]));
      }).listen(8123);`,
    },
    ['--mount', '/shop', 'app.cjs', '--verbose'],
  );
  const { body } = await get('/shop/a');
  expect(JSON.parse(body)).toEqual(['development', ['--verbose'], '/shop', 8123]);
  expect((await get('/elsewhere')).status).toBe(404);
});

test('--app-port names the server of the application that is served', async () => {
  const app = `const { createServer } = require('http');
    createServer((req, res) => res.end('one')).listen(0);
    createServer((req, res) => res.end('other')).listen(0);
    createServer((req, res) => res.end('named')).listen(8123, '127.0.0.1');`;
  const { get } = await startDevelopment({ 'app.cjs': app }, ['--app-port', '8123', 'app.cjs']);
  expect((await get('/')).body).toBe('named');
});

test('NODE_ENV that is set stays', async () => {
  const app = 'export default (req, res) => { res.end(process.env.NODE_ENV); };';
  const { get } = await startDevelopment({ 'app.mjs': app }, ['app.mjs'], { env: { NODE_ENV: 'test' } });
  expect((await get('/')).body).toBe('test');
});

test('requests that go on are cut off after a second, as is a blocked process', async () => {
  const { get, running } = await startDevelopment({
    'app.mjs': `export default (req, res) => {
      if (req.url === '/block') for (;;);
      res.write(process.pid + ' ');
    };`,
  });
  const goesOn = get('/').catch((error: Error) => error.message);
  await expect.poll(async () => (await get('/__fcgi')).body).toContain('GET /');
  const blocked = get('/block').catch((error: Error) => error.message);
  running.kill('SIGTERM');
  expect(await running.outcome()).toMatchObject({ status: 0 });
  await Promise.all([goesOn, blocked]);
});

test('a port that is taken is told; the usual one is given up for another', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const { folder } = await startDevelopment({ 'app.mjs': saying('x') });
  const outcome = await runFcgi(['dev', '--port', String(port), 'app.mjs'], { cwd: folder });
  expect(outcome).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`Cannot listen on port ${port}`),
  });
  expect((await runFcgi(['dev', '--port', '65536', 'app.mjs'], { cwd: folder })).status).toBe(2);
  expect((await runFcgi(['dev', 'nothing.mjs'], { cwd: folder })).status).toBe(2);
});

const noTerminal = skipReason('script');
test.skipIf(noTerminal)(
  `in a terminal it has colours, and Ctrl-C ends all of it${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    const { get, running } = await startDevelopment({ 'app.mjs': saying('x') }, ['app.mjs'], {
      terminal: true,
    });
    const pid = Number((await get('/')).body.split(' ')[1]);
    await running.printed('\x1b[32m200\x1b[39m');
    running.write('\x03');
    expect((await running.outcome()).status).toBe(0);
    expect(isRunning(pid)).toBe(false);
  },
);

test('a second port of the application passes from one load to the next', async () => {
  const spare = createServer().listen(0);
  await new Promise((resolve) => spare.once('listening', resolve));
  const { port } = spare.address() as AddressInfo;
  await new Promise((resolve) => spare.close(resolve));
  const withPort = (word: string) => `import http from 'node:http';
    http.createServer((req, res) => res.end('${word}')).listen(3000);
    http.createServer((req, res) => res.end('metrics of ${word}')).listen(${port});`;
  const { get, running, write } = await startDevelopment({ 'app.mjs': withPort('one') });
  expect((await get('/')).body).toBe('one');
  await write('app.mjs', withPort('two'));
  await running.printed('changed: app.mjs');
  expect((await get('/')).body).toBe('two');
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
  await expect.poll(metrics).toBe('metrics of two');
  expect(running.stderr).not.toContain('EADDRINUSE');
});
