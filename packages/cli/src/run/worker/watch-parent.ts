import { Worker } from 'node:worker_threads';
import { programFile } from '../programs.ts';

/**
 * Sees to it that this process does not outlive its parent, whatever the application does: a thread of its own looks
 * at the parent, which a blocked event loop cannot.
 *
 * @param grace seconds that requests under way have to end
 */
export function watchParent(grace: number): void {
  new Worker(programFile('watchdog'), { workerData: { grace, parent: process.ppid } }).unref();
}
