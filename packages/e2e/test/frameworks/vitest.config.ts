import { defineConfig, mergeConfig } from 'vitest/config';
import { project } from '../../../tooling/src/vitest.ts';

/**
 * These tests alone, without the web servers and the builds that the rest of this package needs:
 * `vitest run --config packages/e2e/test/frameworks/vitest.config.ts`, on any Node.
 */
export default mergeConfig(
  defineConfig({ root: import.meta.dirname }),
  mergeConfig(project('frameworks', { timeout: 20_000 }), { test: { include: ['*.test.ts'] } }),
);
