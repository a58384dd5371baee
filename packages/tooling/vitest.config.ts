import { project } from './src/vitest.ts';

export default project('tooling', { timeout: 600_000 });
