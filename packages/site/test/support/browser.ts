import { type Browser, chromium, type Page } from 'playwright';
import { findProgram } from '../../../tooling/src/system-packages.mjs';

export function startBrowser(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ];
  return chromium.launch({ args, executablePath: findProgram('chromium') ?? 'chromium' });
}

/** A page, and everything that went wrong in it so far. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: string[];
}

/** Errors, warnings, failed requests, and requests that would have left this machine. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: { width?: number; dark?: boolean } = {},
): Promise<WatchedPage> {
  const { width = 1280, dark = false } = options;
  const context = await browser.newContext({
    baseURL: origin,
    colorScheme: dark ? 'dark' : 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
    viewport: { width, height: 800 },
  });
  const faults: string[] = [];
  await context.route(
    (url) => url.origin !== origin && url.protocol !== 'data:',
    async (route) => {
      faults.push(`request to ${route.request().url()}`);
      await route.abort();
    },
  );
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} for ${response.url()}`);
  });
  return { page, faults };
}
