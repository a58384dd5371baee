import { project } from '../tooling/src/vitest.ts';

export default project('conformance', { timeout: 120_000 });
