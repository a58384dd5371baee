import { mergeConfig } from 'vitest/config';
import { project } from '../tooling/src/vitest.ts';

export default mergeConfig(project('server'), {
  test: { globalSetup: ['./test/global-setup.ts'] },
});
