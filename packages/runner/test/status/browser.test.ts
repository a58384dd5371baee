import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openPage, startBrowser } from '../../../site/test/support/browser.ts';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { ask, folderWith, Runner } from '../support/runner.ts';

const noChromium = skipReason('chromium');

describe.skipIf(noChromium)(`the status page in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  let browser: Awaited<ReturnType<typeof startBrowser>>;

  beforeAll(async () => {
    browser = await startBrowser();
  }, 120_000);

  afterAll(() => browser?.close());

  test.each([
    [360, false],
    [360, true],
    [1280, false],
    [1280, true],
  ])('with %i pixels (dark: %s) it fits, has its style, and loads itself again', async (width, dark) => {
    const cwd = await folderWith({ 'app.cjs': "module.exports = (req, res) => res.end('x');" });
    const args = ['--listen', './s', '--workers', '2', '--status-listen', 'http://127.0.0.1:0', 'app.cjs'];
    const runner = await new Runner(args, { cwd }).serving();
    const [, url = ''] = await runner.says(/its status is served on (http:\S+)/);
    await ask(`unix:${join(cwd, 's')}`, `/${'a-long-path-without-an-end'.repeat(5)}`);
    const { faults, page } = await openPage(browser, new URL(url).origin, { dark, width });
    onTestFinished(() => page.context().close());
    const response = await page.goto('/status');
    expect(response?.headers()['content-security-policy']).toContain("default-src 'none'");
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await page.locator('.workers tbody tr').count()).toBe(2);
    // Only the style sheet rounds corners.
    expect(await page.evaluate("getComputedStyle(document.querySelector('section')).borderRadius")).not.toBe(
      '0px',
    );
    const requests = page
      .locator('div', { has: page.locator('dt', { hasText: /^requests$/ }) })
      .locator('dd');
    expect(await requests.textContent()).toBe('1');
    await ask(`unix:${join(cwd, 's')}`, '/again');
    await expect.poll(() => requests.textContent()).toBe('2');
    expect(faults).toEqual([]);
  });
});
