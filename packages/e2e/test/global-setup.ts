import { buildWhenStale } from '../../tooling/src/build-when-stale.ts';

/** What the applications of these tests are made of. */
export default function setup(): void {
  buildWhenStale([
    'protocol',
    'server',
    'client',
    'middleware',
    'configs',
    'inspector',
    'doctor',
    'runner',
    'dev',
    'init',
    'bundle',
    'cli',
    'e2e',
  ]);
}
