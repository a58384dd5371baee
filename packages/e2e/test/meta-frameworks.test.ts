import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPage, startBrowser } from '../../site/test/support/browser.ts';
import { runtimeProgram, runtimes } from '../../tooling/src/runtimes.ts';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { Child } from '../src/child.ts';
import { buildMetaProject } from '../src/frameworks/build-meta-project.ts';
import { metaProjects } from '../src/frameworks/meta-frameworks.ts';
import { until } from '../src/poll.ts';
import { fcgi } from '../src/runner.ts';
import { createScratchFolder, type ScratchFolder } from '../src/scratch-folder.ts';
import { launchWebServer } from '../src/web-servers/launch.ts';
import { configureNginx } from '../src/web-servers/nginx.ts';
import type { WebServer } from '../src/web-servers/web-server.ts';

const run = promisify(execFile);

/** They want a younger Node than the oldest that is supported here. */
const youngNode = runtimes.find(({ name, version }) => name === 'node' && version.startsWith('24.'))!;

const noBrowser = skipReason('nginx', 'chromium');

/** What `fcgi init --json` says. */
interface Written {
  readonly next: ReadonlyArray<{ readonly say: string; readonly commands: readonly string[] }>;
}

describe
  .skipIf(noBrowser)
  .each([
    ...metaProjects.map((project) => ({ ...project, base: '/shop' })),
    ...metaProjects
      .filter(({ framework }) => framework === 'SvelteKit')
      .map((each) => ({ ...each, base: '' })),
  ])(`$framework, built for "$base"${noBrowser ? ` (${noBrowser})` : ''}`, ({ base, ...project }) => {
  let scratch: ScratchFolder;
  let application: Child;
  let nginx: WebServer;
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  let accessLog: string;

  beforeAll(async () => {
    scratch = await createScratchFolder();
    const folder = join(scratch.path, 'app');
    const node = await runtimeProgram(youngNode);
    await buildMetaProject(project, folder, base, node);
    const socket = join(scratch.path, 'app.sock');
    accessLog = join(scratch.path, 'access.log');
    // Whatever it answers: Next.js redirects the prefix with a slash.
    nginx = await launchWebServer({ broken: true, folder: scratch.path, mount: base }, async (port) => {
      const words = ['--web-server', 'nginx', '--start', 'hand', '--bind', `127.0.0.1:${port}`];
      const own = ['--name', 'app', '--output', scratch.path, '--listen', `unix:${socket}`];
      const options = { cwd: folder };
      const { stdout } = await run(node, [fcgi, 'init', ...words, ...own, '--yes', '--json'], options);
      const { next } = JSON.parse(stdout) as Written;
      const [command = ''] = next.find(({ say }) => say.startsWith('Start the application'))?.commands ?? [];
      const logged = command.replace(' run ', ` run --access-log ${accessLog} `);
      application = new Child('/bin/sh', ['-c', `exec ${logged}`], { env: {} });
      const isServed = () => application.output.includes('is served on') || undefined;
      await until(isServed, { timeout: 60_000, what: 'the application' });
      const site = await readFile(join(scratch.path, 'app-nginx.conf'), 'utf8');
      // As in the nginx.conf of every distribution.
      return configureNginx(scratch.path, `include /etc/nginx/mime.types;\n${site}`);
    });
    browser = await startBrowser();
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await nginx?.stop();
    await application?.stop();
    scratch?.remove();
  });

  test('its pages, links and forms work in a browser, and its assets come from the web server', {
    timeout: 120_000,
  }, async () => {
    const { faults, page } = await openPage(browser, new URL(nginx.url).origin);
    /** Waits for a part of the page, or for what has gone wrong, which is shown then. */
    const sees = (part: { isVisible(): Promise<boolean> }) =>
      expect
        .poll(async () => ({ faults: [...faults], isVisible: await part.isVisible() }), { timeout: 30_000 })
        .toEqual({ faults: [], isVisible: true });
    await page.goto(`${base}/`);
    expect(await page.locator('h1').textContent()).toBe('Home');
    await page.waitForLoadState('networkidle');
    await page.getByRole('link', { name: 'About' }).click();
    await sees(page.getByRole('heading', { name: 'About' }));
    expect(new URL(page.url()).pathname).toBe(`${base}/about`);
    await page.goto(`${base}/`);
    await page.waitForLoadState('networkidle');
    await page.getByRole('button', { name: 'Greet' }).click();
    await sees(page.getByText('Ada'));
    expect(new URL(page.url()).pathname).toBe(`${base}/about`);
    await page.waitForLoadState('networkidle');
    expect(faults).toEqual([]);
    const requests = await readFile(accessLog, 'utf8');
    expect(requests).toContain(`GET ${base}/`);
    expect(requests).not.toMatch(/\.(?:css|js|mjs)[ ?]/);
  });

  test('the prefix of a web server that is another one is refused, with both', async () => {
    const folder = join(scratch.path, 'app');
    const node = await runtimeProgram(youngNode);
    const words = [fcgi, 'run', '--listen', join(scratch.path, 'other.sock'), '--mount', '/other', folder];
    await expect(run(node, words)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /--mount \/other: .* for the prefix \/(?:shop)?, and its links lead there/,
      ),
    });
  });
});
