import { buildWhenStale } from '../../tooling/src/build-when-stale.ts';

/** What is copied into a bundle: the programs as they are installed. */
export default function setup(): void {
  buildWhenStale(['protocol', 'server', 'client', 'middleware', 'configs', 'inspector', 'runner', 'bundle']);
}
