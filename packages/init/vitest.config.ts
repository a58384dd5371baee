import { project } from '../tooling/src/vitest.ts';

export default project('init');
