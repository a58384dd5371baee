import { defineConfig, mergeConfig } from 'vitest/config';
import project from './vitest.config.ts';

/** The same tests as ever, and every line and branch of the sources must have run. */
export default mergeConfig(
  project,
  defineConfig({
    test: {
      coverage: {
        enabled: true,
        include: ['src/**'],
        provider: 'v8',
        reporter: ['text'],
        thresholds: { branches: 100, functions: 100, lines: 100, statements: 100 },
      },
    },
  }),
);
