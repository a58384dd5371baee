import { defineConfig, mergeConfig } from 'vitest/config';
import { project } from '../../../tooling/src/vitest.ts';

/** These tests alone, which need no build: `vitest run --config packages/runner/test/application/vitest.config.ts`, on any Node. */
export default mergeConfig(
  defineConfig({ root: import.meta.dirname }),
  mergeConfig(project('application', { timeout: 20_000 }), { test: { include: ['*.test.ts'] } }),
);
