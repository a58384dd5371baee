import { defaultServerConditions } from 'vite';
import { defineProject } from 'vitest/config';

/** How the tests of one package run: against the sources, with no build before. */
export function project(name: string, options: { timeout?: number } = {}) {
  // Room for a busy machine: what waits for something goes on as soon as it is there.
  const timeout = options.timeout ?? 20_000;
  return defineProject({
    ssr: { resolve: { conditions: ['@fcgi-js/source', ...defaultServerConditions] } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      testTimeout: timeout,
      hookTimeout: timeout,
      // Most of what is waited for comes within a few milliseconds; the 50 of vitest add up to minutes.
      expect: { poll: { interval: 10, timeout: timeout / 2 } },
    },
  });
}
