import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*/vitest.config.ts'],
    // Most tests wait for web servers rather than for the processor: one file on each core, where vitest leaves one free.
    maxWorkers: availableParallelism(),
    reporters: ['default', './packages/tooling/src/totals-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
    },
  },
});
