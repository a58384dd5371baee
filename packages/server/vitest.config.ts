import { mergeConfig } from 'vitest/config';
import { project } from '../tooling/src/vitest.ts';

export default mergeConfig(project('server'), {
  // One process for all files: starting one for each takes a third of the time.
  test: { globalSetup: ['./test/global-setup.ts'], isolate: false },
});
