import { mergeConfig } from 'vitest/config';
import { project } from '../tooling/src/vitest.ts';

export default mergeConfig(project('bundle', { timeout: 60_000 }), {
  test: { globalSetup: ['./test/global-setup.ts'] },
});
