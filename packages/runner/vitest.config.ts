import { mergeConfig } from 'vitest/config';
import { project } from '../tooling/src/vitest.ts';

export default mergeConfig(project('runner', { timeout: 60_000 }), {
  test: { globalSetup: ['../cli/test/global-setup.ts'] },
});
