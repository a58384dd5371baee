import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import type { BrowserConfigOptions } from 'vitest/node';
import { root } from './workspace.mjs';

// For vitest inside the runtimes under test; `runtime-suite.ts` starts it and hands these in.
const { FCGI_JS_CHROMIUM: chromium, FCGI_JS_FOLDER: folder, FCGI_JS_RUNTIME: runtime } = process.env;
if (folder === undefined || runtime === undefined) throw new Error('Run this through runtime-suite.ts.');

const condition = '@fcgi-js/source';

/** One page of Debian's Chromium, which must not ask the network for anything. */
async function browser(executablePath: string): Promise<BrowserConfigOptions> {
  // Only here: the other runtimes have no use for it.
  const { playwright } = await import('@vitest/browser-playwright');
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return {
    enabled: true,
    headless: true,
    instances: [{ browser: 'chromium' }],
    provider: playwright({ launchOptions: { args, executablePath } }),
    screenshotFailures: false,
  };
}

export default defineConfig({
  root: folder,
  resolve: { conditions: [condition, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [condition, ...defaultServerConditions] } },
  server: { fs: { allow: [root] } },
  test: {
    include: ['test/**/*.test.ts'],
    provide: { runtime },
    setupFiles: [`${root}/packages/tooling/src/runtime-setup.ts`],
    testTimeout: 60_000,
    ...(chromium ? { browser: await browser(chromium) } : {}),
  },
});
