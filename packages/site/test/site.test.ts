import { caddyConfig, haproxyConfig, lighttpdConfig, nginxConfig, systemdUnits } from '@fcgi-js/configs';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { publishedPackages } from '../../tooling/src/workspace.mjs';
import { openPage, startBrowser, type WatchedPage } from './support/browser.ts';
import { buildWhenStale, builtPages, type Server, serveSite } from './support/site.ts';

const noChromium = skipReason('chromium');

describe.skipIf(noChromium)(`the site in Chromium${noChromium ? ` (${noChromium})` : ''}`, () => {
  let server: Server;
  let browser: Browser;
  let opened: WatchedPage;

  beforeAll(async () => {
    await buildWhenStale();
    server = await serveSite();
    browser = await startBrowser();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  beforeEach(async () => {
    opened = await openPage(browser, server.origin);
  });

  afterEach(async () => {
    await opened.page.context().close();
    expect(opened.faults).toEqual([]);
  });

  const text = (page: Page, name: string) => page.locator(`pre[aria-label="${name}"]`).textContent();

  /** Opens the search by its keys, which are heard only when the scripts of the page have run: some time after `load`. */
  async function openSearch(page: Page) {
    const box = page.getByRole('searchbox');
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Control+k');
          return box.isVisible();
        },
        { interval: 200 },
      )
      .toBe(true);
    return box;
  }

  test('a fault in a page is seen', async () => {
    await opened.page.goto('/limits');
    await opened.page.evaluate(() => {
      console.error('no');
      return fetch('https://example.org/').catch(() => undefined);
    });
    const faults = opened.faults.splice(0);
    expect(faults).toEqual(
      expect.arrayContaining([expect.stringContaining(': no'), 'request to https://example.org/']),
    );
  });

  test('every page loads on a phone, is no wider than it, and asks nobody else', {
    timeout: 240_000,
  }, async () => {
    const { page } = opened;
    await page.setViewportSize({ width: 360, height: 740 });
    const guides = builtPages();
    expect(guides).toContain('/api/server.html');
    const wide: string[] = [];
    for (const path of guides) {
      await page.goto(path, { waitUntil: 'load' });
      await page.locator('h1').first().waitFor();
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (isWide) wide.push(path);
    }
    expect(wide).toEqual([]);
  });

  test('the search finds a word of a guide without asking anybody else', async () => {
    const { page } = opened;
    await page.goto('/');
    await (await openSearch(page)).fill('FcgidMaxRequestLen');
    await page.getByRole('option').filter({ hasText: 'mod_fcgid' }).first().click();
    await page.waitForURL(/\/deploying\/apache-mod-fcgid/);
  });

  test('the search finds a word in the middle of a Chinese sentence', async () => {
    const { page } = opened;
    await page.goto('/zh/');
    await (await openSearch(page)).fill('套接字');
    await page.getByRole('option').filter({ hasText: '部署' }).first().click();
    await page.waitForURL(/\/zh\/deploying/);
  });

  test('another language has its own guides', async () => {
    const { page } = opened;
    await page.goto('/ko/');
    expect(await page.locator('html').getAttribute('lang')).toBe('ko');
    await page.getByRole('link', { name: '시작하기' }).first().click();
    await page.waitForURL(/\/ko\/getting-started/);
    await page.getByRole('heading', { level: 1, name: '시작하기' }).waitFor();
    await page.getByRole('link', { name: 'systemd' }).first().click();
    await page.waitForURL(/\/ko\/deploying\/systemd/);
  });

  test('the reference is a part of the site: one search, one sidebar, one look', async () => {
    const { page } = opened;
    await page.goto('/');
    await (await openSearch(page)).fill('scriptNameStripper');
    await page.getByRole('option').filter({ hasText: 'reference' }).first().click();
    await page.waitForURL(/\/api\/(middleware|fcgi-js)/);
    await page.getByRole('heading', { level: 1, name: /: reference/ }).waitFor();
    const sidebar = page.getByRole('navigation', { name: 'Sidebar Navigation' });
    expect(await sidebar.getByRole('link', { name: '@fcgi-js/protocol' }).count()).toBe(1);
  });

  test('the first page of the reference has a sentence for each package', async () => {
    const { page } = opened;
    await page.goto('/api/');
    for (const { manifest } of publishedPackages()) {
      const row = page.getByRole('row').filter({ has: page.getByText(manifest.name, { exact: true }) });
      expect(await row.first().textContent()).toContain(manifest['description']);
    }
  });

  test('the reference is dark where the guides are', async () => {
    const dark = await openPage(browser, server.origin, { dark: true, width: 360 });
    const backgrounds: string[] = [];
    for (const path of ['/deploying', '/api/server']) {
      await dark.page.goto(path);
      backgrounds.push(await dark.page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    }
    expect(backgrounds[0]).not.toBe('rgb(255, 255, 255)');
    expect(backgrounds[1]).toBe(backgrounds[0]);
    expect(dark.faults).toEqual([]);
    await dark.page.context().close();
  });

  test('groups of the sidebar are collapsed, but for the first and that of the page', async () => {
    const { page } = opened;
    await page.goto('/deploying/nginx');
    const shown = (name: string) =>
      page.locator('.VPSidebar').getByRole('link', { name, exact: true }).isVisible();
    await expect.poll(() => shown('nginx')).toBe(true);
    expect(await shown('Getting started')).toBe(true);
    expect(await shown('Errors')).toBe(false);
    await page.locator('.VPSidebar').getByRole('button', { name: 'toggle section' }).last().click();
    await expect.poll(() => shown('Contributing')).toBe(true);
  });

  test('the home page has a hero, commands and pictures', async () => {
    const { page } = opened;
    await page.goto('/');
    await page.getByRole('heading', { level: 1, name: 'fcgi-js' }).first().waitFor();
    expect(await page.locator('h1:visible').count()).toBe(1);
    await page.locator('.first-commands', { hasText: 'fcgi dev app.js' }).waitFor();
    for (const name of [/line of the source/, /recent requests/, /status page/, /fcgi top/]) {
      const picture = page.getByRole('img', { name });
      await picture.scrollIntoViewIfNeeded();
      expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(300);
    }
    await page.getByRole('link', { name: 'Get started' }).click();
    await page.waitForURL(/\/getting-started/);
  });

  test('another language shows the same page, or the English one where it is not translated', async () => {
    const { page } = opened;
    const languages = () =>
      page
        .locator('.VPNavBarTranslations .VPMenuLink a')
        .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).getAttribute('href')));
    await page.goto('/deploying/nginx');
    expect(await languages()).toEqual(['/ko/deploying/nginx.html', '/zh/deploying/nginx.html']);
    await page.goto('/limits');
    expect(await languages()).toEqual(['/limits.html', '/limits.html']);
    await page.goto('/ko/generator');
    expect(await languages()).toEqual(['/generator.html', '/zh/generator.html']);
    await page.goto('/zh/');
    expect(await languages()).toEqual(['/', '/ko/']);
  });

  describe('the generator', () => {
    test('prints what @fcgi-js/configs prints', async () => {
      const { page } = opened;
      await page.goto('/generator');
      expect(await text(page, 'app.conf')).toBe(nginxConfig({ listen: 'unix:/run/app.sock' }));
      await page.getByLabel('Address 1', { exact: true }).fill('127.0.0.1:9000');
      await page.getByRole('button', { name: 'Add an address' }).click();
      await page.getByLabel('Address 2', { exact: true }).fill('127.0.0.1:9001');
      await page.getByLabel('Prefix', { exact: true }).fill('/shop');
      await page.getByLabel('Host names').fill('example.org, www.example.org');
      await page.getByRole('button', { name: 'Add a folder' }).click();
      await page.getByLabel('Folder', { exact: true }).fill('/srv/shop/files');
      await page.getByLabel('Largest body').fill('10');
      await page.getByLabel('Connecting').fill('2');
      await page.getByLabel('Keep connections').uncheck();
      expect(await text(page, 'app.conf')).toBe(
        nginxConfig({
          keepAlive: false,
          listen: ['127.0.0.1:9000', '127.0.0.1:9001'],
          maxBodySize: 10 * 1024 * 1024,
          mount: '/shop',
          serverName: ['example.org', 'www.example.org'],
          static: { prefix: '/static', folder: '/srv/shop/files' },
          timeouts: { connect: 2_000 },
        }),
      );
    });

    test('has only what the product can do', async () => {
      const { page } = opened;
      await page.goto('/generator');
      await page.getByLabel('Product').selectOption('lighttpd');
      await page.getByLabel('The web server starts').check();
      await page.getByLabel('Processes').fill('3');
      await page.getByLabel('authorizer').fill('/protected');
      expect(await text(page, '50-app.conf')).toBe(
        lighttpdConfig({ app: '/srv/app/server.js', authorizer: '/protected', processes: 3 }),
      );
      await page.getByLabel('Product').selectOption('caddy');
      expect(await page.getByLabel('Processes').count()).toBe(0);
      expect(await text(page, 'Caddyfile')).toBe(caddyConfig({ listen: 'unix:/run/app.sock' }));
    });

    test('prints several files, to be downloaded under their names', async () => {
      const { page } = opened;
      await page.goto('/generator#product=systemd&name=shop');
      const { service, socket } = systemdUnits({
        app: '/srv/app/server.js',
        listen: 'unix:/run/app.sock',
        name: 'shop',
      });
      expect(await text(page, 'shop.service')).toBe(service);
      expect(await text(page, 'shop.socket')).toBe(socket);
      const waiting = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download shop.socket' }).click();
      const download = await waiting;
      expect(download.suggestedFilename()).toBe('shop.socket');
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).toString()).toBe(socket);
    });

    test('can be used with the keyboard alone', async () => {
      const { page } = opened;
      await page.goto('/generator');
      await page.getByLabel('Product').focus();
      await page.keyboard.type('hap');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('127.0.0.1:9000');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.type('127.0.0.1:9001');
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
        if (name === 'Copy haproxy.cfg') break;
      }
      await page.keyboard.press('Enter');
      await page.getByText('Copied.').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        haproxyConfig({ listen: ['127.0.0.1:9000', '127.0.0.1:9001'] }),
      );
    });

    test('explains a refused value at its field, in the words of the form, beside the last files', async () => {
      const { page } = opened;
      await page.goto('/generator');
      const files = await text(page, 'app.conf');
      const prefix = page.getByLabel('Prefix', { exact: true });
      await prefix.fill('shop');
      const problem = page.locator('#generator-mount-error');
      expect(await problem.textContent()).toBe(
        'Prefix must be a path that begins with a slash, for example /yourapplication.',
      );
      expect(await prefix.getAttribute('aria-invalid')).toBe('true');
      expect(await prefix.getAttribute('aria-describedby')).toContain('generator-mount-error');
      expect(await text(page, 'app.conf')).toBe(files);
      await page.getByText('These are the files of the last form without an error.').waitFor();
      await prefix.fill('/shop');
      expect(await prefix.getAttribute('aria-invalid')).toBe('false');
      expect(await text(page, 'app.conf')).toContain('/shop');
      await page.getByLabel('Largest body').fill('-1');
      expect(await page.locator('#generator-maxBodySize-error').textContent()).toBe(
        'Largest body of a request must be a number of MiB above 0, or Infinity.',
      );
    });

    test('stands beside its files on a desktop, and on a phone a button leads to them', async () => {
      const { page } = opened;
      await page.goto('/generator');
      const box = (selector: string) => page.locator(`.generator ${selector}`).boundingBox();
      const [form, files] = [await box('.form'), await box('.files')];
      expect(files?.y).toBeLessThan((form?.y ?? 0) + 100);
      expect(files?.x).toBeGreaterThan((form?.x ?? 0) + (form?.width ?? 0));
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('button', { name: 'To the files' }).click();
      const inView = () =>
        page
          .locator('.generator pre')
          .first()
          .evaluate((pre) => pre.getBoundingClientRect().top < innerHeight);
      await expect.poll(inView).toBe(true);
      await page.getByRole('button', { name: 'To the form' }).click();
      await expect.poll(inView).toBe(false);
    });

    test('shows the commands that start and check it, and colours', async () => {
      const { page } = opened;
      await page.goto('/generator#product=haproxy&mount=%2Fshop');
      expect(await text(page, 'Start')).toBe(
        'sudo fcgi run --listen unix:/run/app.sock --socket-group www-data --mount /shop app.js\nsudo systemctl reload haproxy',
      );
      expect(await text(page, 'Check')).toContain('sudo haproxy -c -f /etc/haproxy/haproxy.cfg');
      expect(await page.locator('pre[aria-label="haproxy.cfg"] .config-comment').count()).toBeGreaterThan(0);
    });

    test.each([
      ['ko', '접두사', '접두사: /로 시작하는 경로여야 합니다. 예: /yourapplication.'],
      ['zh', '前缀', '前缀：必须是以斜杠开头的路径，例如 /yourapplication。'],
    ])('speaks the language of the site: %s', async (language, label, problem) => {
      const { page } = opened;
      await page.goto(`/${language}/generator`);
      await page.getByLabel(label, { exact: true }).fill('shop');
      expect(await page.locator('#generator-mount-error').textContent()).toBe(problem);
      const english = await page.locator('.generator :is(label, legend, button)').allTextContents();
      expect(english.filter((words) => /\b(Add|Prefix|Copy|Site|Keep)\b/.test(words))).toEqual([]);
    });

    test('restores a choice from its link', async () => {
      const { page } = opened;
      await page.goto('/generator');
      await page.getByLabel('Product').selectOption('haproxy');
      await page.getByLabel('Prefix', { exact: true }).fill('/shop');
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByText('The link is copied.').waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      expect(link).toBe(`${server.origin}/generator#product=haproxy&mount=%2Fshop`);
      const other = await openPage(browser, server.origin);
      await other.page.goto(link);
      expect(await other.page.getByLabel('Prefix', { exact: true }).inputValue()).toBe('/shop');
      const printed = haproxyConfig({ listen: 'unix:/run/app.sock', mount: '/shop' });
      expect(await text(other.page, 'haproxy.cfg')).toBe(printed);
      expect(other.faults).toEqual([]);
      await other.page.context().close();
    });

    test('shows a program that prints the same', async () => {
      const { page } = opened;
      await page.goto('/generator#product=htaccess&maxBodySize=Infinity');
      await page.getByText('The same in a program').first().click();
      const program = (await text(page, 'The same in a program')) ?? '';
      expect(program).toContain(`import { apacheConfig } from '@fcgi-js/configs';`);
      expect(program).toContain('"maxBodySize": Infinity');
      expect(program).toContain('"htaccess": true');
    });

    test('has a name for everything that can be used, in every product', async () => {
      const { page } = opened;
      await page.goto('/generator');
      const products = await page.locator('#generator-product option').all();
      expect(products.length).toBeGreaterThan(10);
      for (const product of products) {
        await page.getByLabel('Product').selectOption((await product.getAttribute('value')) ?? '');
        const nameless = await page.evaluate(() =>
          Array.from(
            document.querySelectorAll<HTMLInputElement>('.generator :is(input, select, textarea, button, a)'),
          )
            .filter((element) => {
              const labels = Array.from(element.labels ?? [], ({ textContent }) => textContent).join('');
              return `${labels}${element.ariaLabel ?? ''}${element.textContent}`.trim() === '';
            })
            .map(({ outerHTML }) => outerHTML),
        );
        expect(nameless).toEqual([]);
      }
    });
  });
});
