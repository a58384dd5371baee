import { defaultClientConditions, loadConfigFromFile } from 'vite';
import { defineConfig, mergeConfig } from 'vitest/config';
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

const own = await loadConfigFromFile({ command: 'serve', mode: 'test' }, `${folder}/vitest.config.ts`);
if (own === null) throw new Error(`${folder} has no vitest.config.ts.`);

export default mergeConfig(
  own.config,
  defineConfig({
    root: folder,
    resolve: { conditions: [condition, ...defaultClientConditions] },
    server: { fs: { allow: [root] } },
    test: {
      // One process for all files: starting one for each costs more time than the tests.
      isolate: false,
      provide: { runtime },
      setupFiles: [`${root}/packages/tooling/src/runtime-setup.ts`],
      testTimeout: 60_000,
      ...(chromium ? { browser: await browser(chromium) } : {}),
    },
  }),
);
