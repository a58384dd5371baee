import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../../../site/test/support/browser.ts';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { startDevelopment } from './support.ts';

const noChromium = skipReason('chromium');
/** Where pictures go for somebody who wants to look at them. */
const pictures = process.env['DEV_PICTURES'];

const FINE = `export default (req, res) => {
  res.setHeader('Content-Type', 'text/html');
  res.end('<!doctype html><link rel=icon href=data:,><title>fine</title><h1>It is fixed</h1>');
};`;
const LONG = `const words = ${JSON.stringify('a long line '.repeat(30))};`;

describe.skipIf(noChromium)(`fcgi dev in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  let browser: Awaited<ReturnType<typeof startBrowser>>;

  beforeAll(async () => {
    browser = await startBrowser();
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
  }, 120_000);

  afterAll(() => browser?.close());

  /** A page in each width and colour scheme: none is wider than the screen. */
  async function look(
    url: string,
    name: string,
    prepare: (page: WatchedPage['page']) => Promise<void> = async () => {},
  ) {
    for (const [width, dark] of [
      [360, false],
      [360, true],
      [1280, false],
      [1280, true],
    ] as const) {
      const { page } = await openPage(browser, new URL(url).origin, { width, dark });
      await page.goto(url);
      await prepare(page);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).toBe(true);
      if (pictures !== undefined) {
        await page.screenshot({
          path: join(pictures, `${name}-${width}${dark ? '-dark' : ''}.png`),
          fullPage: true,
        });
      }
      await page.context().close();
    }
  }

  test('a page that could not be loaded shows the source, as text, and loads again when it is fixed', async () => {
    const { printedUrl, url, write } = await startDevelopment({
      'app.mjs': `// <script>document.title = 'not escaped'</script>\n${LONG}\nthrow new TypeError('<img src=x onerror=alert(1)> & "co"');`,
    });
    await look(printedUrl, 'load-failure');
    const { page, faults } = await openPage(browser, url);
    onTestFinished(() => page.context().close());
    await page.goto(printedUrl);
    expect(page.url()).toBe(`${url}/`);
    expect(await page.locator('h1').textContent()).toBe('TypeError: <img src=x onerror=alert(1)> & "co"');
    expect(await page.locator('.here').textContent()).toMatch(/^3throw new TypeError/);
    expect(await page.title()).toContain('TypeError');
    expect(await page.locator('img').count()).toBe(0);
    await write('app.mjs', FINE);
    await page.getByRole('heading', { name: 'It is fixed' }).waitFor();
    // The 500 itself is all there was: nothing of its own was blocked.
    expect(faults.filter((fault) => !/500/.test(fault))).toEqual([]);
  });

  test('what a form was sent to is not sent a second time', async () => {
    const form = `if (req.method === 'POST') throw new RangeError('not yet');
      res.setHeader('Content-Type', 'text/html');
      res.end('<form method=post><button>Send</button></form>');`;
    const { printedUrl, url, write } = await startDevelopment({
      'app.mjs': `export default (req, res) => { ${form} };`,
    });
    const { page } = await openPage(browser, url);
    onTestFinished(() => page.context().close());
    await page.goto(printedUrl);
    expect(page.url()).toBe(`${url}/`);
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'RangeError: not yet' }).waitFor();
    await write('app.mjs', FINE);
    await page.getByText('Send the request again').waitFor();
    expect(await page.locator('h1').textContent()).toContain('RangeError');
  });

  test('recent requests are followed, opened with the keyboard, stay open, and hide what is secret', async () => {
    const { get, requestsUrl, running, url } = await startDevelopment({
      'app.mjs': `export default (req, res) => {
        if (req.url === '/fails') throw new Error('on purpose');
        res.setHeader('Set-Cookie', 'session=of-the-answer');
        res.end('x'.repeat(req.url.length * 1000));
      };`,
    });
    await running.printed('loaded:');
    const headers = { Cookie: 'session=of-the-request', Authorization: 'Bearer of-the-user' };
    await get(`/a-long-url/${'which/goes/on/'.repeat(12)}?q=%3Cb%3E`, { headers });
    await get('/fails');
    const { page, faults } = await openPage(browser, url);
    onTestFinished(() => page.context().close());
    await page.goto(requestsUrl);
    expect(page.url()).toBe(`${url}/__fcgi`);
    expect(await page.locator('li').count()).toBe(2);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('GET /fails');
    await page.keyboard.press('Enter');
    await page.getByText('Error: on purpose').first().waitFor();
    await get('/later');
    await page.getByText('GET /later').waitFor();
    expect(await page.locator('li').count()).toBe(3);
    expect(
      await page.locator('li', { hasText: 'GET /fails' }).locator('details').getAttribute('open'),
    ).not.toBeNull();
    const text = (await page.content()).replaceAll(/\s+/g, ' ');
    for (const secret of ['of-the-request', 'of-the-user', 'of-the-answer'])
      expect(text).not.toContain(secret);
    expect(text).toMatch(/HTTP_COOKIE.{20,60}hidden/);
    expect(text).toMatch(/END_REQUEST.{0,80}REQUEST_COMPLETE, appStatus 1/);
    expect(faults).toEqual([]);
    await look(requestsUrl, 'recent-requests', async (one) => {
      await one.locator('summary').nth(1).click();
      await one.locator('summary').nth(2).click();
    });
  });

  test('no more requests and records are kept than there is room for', async () => {
    const { get, requestsUrl, url } = await startDevelopment({
      'app.mjs': `export const responder = async (request) => {
        for (let count = 0; count < 300; count += 1) {
          request.stdout.write(count === 0 ? 'Status: 200\\r\\n\\r\\n' : 'x');
          await new Promise(setImmediate);
        }
        return 0;
      };`,
    });
    for (let count = 0; count < 105; count += 1) await get(`/${count}`);
    const { page } = await openPage(browser, url);
    onTestFinished(() => page.context().close());
    await page.goto(requestsUrl);
    expect(page.url()).toBe(`${url}/__fcgi`);
    expect(await page.locator('li').count()).toBe(100);
    const item = page.locator('li').first();
    expect(await item.locator('summary').textContent()).toContain('GET /104');
    expect(await item.textContent()).toMatch(/\d+ more are not kept/);
  });
});
