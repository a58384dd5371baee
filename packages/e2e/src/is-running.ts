import { readFileSync } from 'node:fs';

/**
 * Whether a process runs. One that has ended and whose parent has not asked for its status does not, where the system
 * tells that.
 *
 * @param pid its id
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user may not be sent a signal, not even none.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // On Linux it has ended in between; other systems have no such file.
    return process.platform !== 'linux';
  }
}
