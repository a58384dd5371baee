import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*/vitest.config.ts'],
    // A file waits for web servers and for time-outs as long as it computes: one more than there are cores, where vitest has
    // one less.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', './packages/tooling/src/totals-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
    },
  },
});
