import { defineConfig } from 'vitest/config';

/**
 * Stryker runs the tests in a copy of this package, so this file must not reach outside of it.
 * Random inputs would make a surviving mutant a matter of luck: only the tests with fixed inputs count.
 */
export default defineConfig({
  ssr: { resolve: { conditions: ['@fcgi-js/source', 'module', 'node', 'development|production'] } },
  test: {
    exclude: ['test/*-properties.test.ts', 'test/captures.test.ts'],
    include: ['test/**/*.test.ts'],
  },
});
