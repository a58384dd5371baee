import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startDevelopment } from '../../../cli/test/dev/support.ts';
import { openPage, startBrowser } from '../../../site/test/support/browser.ts';
import { skipReason } from '../../../tooling/src/system-packages.mjs';

const noChromium = skipReason('chromium');
/** What Chromium sends when a link is followed, and what its `fetch()` sends. */
const NAVIGATION = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Sec-Fetch-Mode': 'navigate' };
const OTHERS = [{ Accept: '*/*' }, { Accept: 'text/html', 'Sec-Fetch-Mode': 'cors' }];

const load = (name: string) => JSON.stringify(import.meta.resolve(name));
const FAILS = 'const fail = () => { throw new RangeError("of <it>"); };\n';
const express = `import express from ${load('express')};\n${FAILS}const app = express();\n`;
const fastify = (options: string) =>
  `import Fastify from ${load('fastify')};\n${FAILS}const app = Fastify(${options});\napp.get('/', async () => fail());\nexport default app;`;
const koa = `import Koa from ${load('koa')};\n${FAILS}const app = new Koa();\n`;
const hono = `import { Hono } from ${load('hono')};\n${FAILS}const app = new Hono();\n`;
const nest = `require(${load('reflect-metadata').replace('file://', '')});
const { NestFactory } = require(${load('@nestjs/core').replace('file://', '')});
const common = require(${load('@nestjs/common').replace('file://', '')});
class Shop { fail() { throw new RangeError('of <it>'); } }
common.Get()(Shop.prototype, 'fail', Object.getOwnPropertyDescriptor(Shop.prototype, 'fail'));
common.Controller()(Shop);
class Root {}
common.Module({ controllers: [Shop] })(Root);
NestFactory.create(Root).then((app) => app.listen(8123));`;

test.each([
  ['Express', 'app.mjs', `${express}app.get('/', () => fail());\nexport default app;`],
  [
    'Express that does not log',
    'app.mjs',
    `${express}app.set('env', 'test').get('/', () => fail());\nexport default app;`,
  ],
  [
    'Express in production, which does not show the stack',
    'app.mjs',
    `${express}app.set('env', 'production').get('/', () => fail());\nexport default app;`,
  ],
  ['Fastify with a logger', 'app.mjs', fastify('{ logger: true }')],
  ['Koa', 'app.mjs', `${koa}app.use(() => fail());\nexport default app;`],
  ['Hono', 'app.mjs', `${hono}app.get('/', () => fail());\nexport default app;`],
  ['Nest', 'app.cjs', nest],
  [
    'an application that answers in JSON and logs',
    'app.mjs',
    `${express}app.get('/', () => fail()).use((error, req, res, next) => {
      console.error(error);
      res.status(500).json({ sorry: true });
    });\nexport default app;`,
  ],
  [
    'an application that logs after it has answered',
    'app.mjs',
    `${FAILS}export default (req, res) => {
      res.statusCode = 500;
      res.end('Internal Server Error', () => setImmediate(() => { try { fail(); } catch (error) { console.error(error); } }));
    };`,
  ],
])('what %s answers to a browser is the error, with its stack', async (_name, file, source) => {
  const { get } = await startDevelopment({ [file]: source }, [file]);
  const { body, headers, status } = await get('/', { headers: NAVIGATION });
  expect([status, headers['content-type']]).toEqual([500, 'text/html; charset=utf-8']);
  expect(body).toContain('<h1>RangeError: of &lt;it&gt;</h1>');
  expect(body).toMatch(/ {4}at .*app\.[mc]js:\d+:\d+/);
  expect(body).toMatch(/<span class="here">.*RangeError/);
});

test('Fastify without a logger leaves no stack: its own words are shown', async () => {
  const { get } = await startDevelopment({ 'app.mjs': fastify('{}') });
  const { body } = await get('/', { headers: NAVIGATION });
  expect(body).toContain('<h1>of &lt;it&gt;</h1>');
  expect(body).toMatch(/What it answered[\s\S]*&quot;statusCode&quot;:500/);
});

test('other clients get what the application has answered, and so does a browser that is a stranger', async () => {
  const { get } = await startDevelopment({
    'app.mjs': `${koa}app.use(({ res }) => { res.setHeader('X-Kept', '1'); fail(); });\nexport default app;`,
  });
  for (const headers of [...OTHERS, { ...NAVIGATION, Cookie: '' }]) {
    expect(await get('/', { headers })).toMatchObject({ status: 500, body: 'Internal Server Error' });
  }
  expect((await get('/', { headers: NAVIGATION, method: 'POST' })).body).toBe('Internal Server Error');
});

test('what an application says of itself stays, where nothing was logged', async () => {
  const { get } = await startDevelopment({
    'app.mjs': `export default (req, res) => {
      res.statusCode = 503;
      if (req.url === '/long') return res.end('x'.repeat(2_000_000));
      if (req.url === '/slow') return res.write('begun'), setTimeout(() => res.end(), 3_000);
      res.end('back at noon');
    };`,
  });
  expect(await get('/', { headers: NAVIGATION })).toMatchObject({ status: 503, body: 'back at noon' });
  expect((await get('/long', { headers: NAVIGATION })).body).toHaveLength(2_000_000);
  expect((await get('/slow', { headers: NAVIGATION })).body).toBe('begun');
});

test('the page keeps the cookies that the answer has set', async () => {
  const { get } = await startDevelopment({
    'app.mjs': `${express}app.get('/', (req, res) => { res.cookie('a', '1').cookie('b', '2'); fail(); });\nexport default app;`,
  });
  const { headers } = await get('/', { headers: NAVIGATION });
  expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; Path=/']);
});

test.each(['identity', 'gzip', 'br'])(
  'a page of its own stays, with a link to the stack (%s)',
  async (encoding) => {
    const { get } = await startDevelopment({
      'app.mjs': `import compression from ${load('compression')};
${express}app.use(compression({ threshold: 0 })).get('/', (req, res) => fail()).use((error, req, res, next) => {
      res.status(500).set('X-Kept', '1').send('<!doctype html><title>Sorry</title><h1>We are sorry</h1>');
      setTimeout(() => console.error(error), 50);
    });\nexport default app;`,
    });
    const headers = { ...NAVIGATION, 'Accept-Encoding': encoding };
    const { body, headers: fields, status } = await get('/', { headers });
    expect([status, fields['x-kept'], fields['content-encoding']]).toEqual([500, '1', undefined]);
    expect(body).toMatch(/^<!doctype html><title>Sorry<\/title><h1>We are sorry<\/h1>/);
    const [, path = ''] = /href="(\/__fcgi\/failures\/\d+)"/.exec(body) ?? [];
    // What was logged later is there, later.
    await expect.poll(async () => (await get(path)).body).toContain('<h1>RangeError: of &lt;it&gt;</h1>');
    expect((await get(path, { headers: { Cookie: '' } })).status).toBe(403);
    expect((await get('/__fcgi/failures/77')).status).toBe(404);
  },
);

describe.skipIf(noChromium)(`in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  let browser: Awaited<ReturnType<typeof startBrowser>>;

  beforeAll(async () => {
    browser = await startBrowser();
  }, 120_000);

  afterAll(() => browser?.close());

  test('an error of Express is shown until it is fixed; a page of its own has a link; fetch() sees the answer', async () => {
    const { printedUrl, url, write } = await startDevelopment({
      'app.mjs': `${express}app.get('/own', () => fail()).use('/own', (error, req, res, next) => {
        console.error(error);
        res.status(500).set('Content-Security-Policy', "default-src 'self'").send('<h1>We are sorry</h1>');
      });
      app.get('/', () => fail());\nexport default app;`,
    });
    const { page } = await openPage(browser, url);
    onTestFinished(() => page.context().close());
    await page.goto(printedUrl);
    expect(await page.locator('h1').textContent()).toBe('RangeError: of <it>');
    expect(await page.locator('.here').textContent()).toContain('throw new RangeError');
    const asked = await page.evaluate(
      "fetch('/', { headers: { Accept: 'text/html' } }).then((answer) => answer.text())",
    );
    expect(asked).toMatch(/^<!DOCTYPE html>[\s\S]*<title>Error<\/title>/);
    await page.goto(`${url}/own`);
    expect(await page.locator('h1').textContent()).toBe('We are sorry');
    await page.getByRole('link', { name: 'See what the application wrote' }).click();
    await page.getByRole('heading', { name: 'RangeError: of <it>' }).waitFor();
    await page.getByRole('link', { name: 'Send the request again' }).click();
    await page.getByRole('heading', { name: 'We are sorry' }).waitFor();
    await page.goto(url);
    await write(
      'app.mjs',
      "export default (req, res) => res.setHeader('Content-Type', 'text/html').end('<h1>Fixed</h1>');",
    );
    await page.getByRole('heading', { name: 'Fixed' }).waitFor();
  });
});
