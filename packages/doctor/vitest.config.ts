import { project } from '../tooling/src/vitest.ts';

export default project('doctor', { timeout: 60_000 });
