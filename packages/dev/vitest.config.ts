import { project } from '../tooling/src/vitest.ts';

export default project('dev', { timeout: 60_000 });
