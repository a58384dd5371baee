import { buildWhenStale } from '../../tooling/src/build-when-stale.ts';

/** What the processes of these tests run: the command as it is installed. */
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
  ]);
}
