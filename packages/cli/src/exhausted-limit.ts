import { readProc } from '@fcgi-js/inspector/system';

/** Read beforehand: when no file can be opened any more, neither can this one. */
const limits = readProc('self/limits');
const OPEN_FILES = /^Max open files +(\w+)/m.exec(limits)?.[1] ?? 'too low';
/** What the command opens until it serves, with room for a first request. */
const NEEDED_FILES = 64;
const PROCESSES = /^Max processes +(\w+)/m.exec(limits)?.[1] ?? 'too low';

/**
 * Which limit of the system an error comes from, with what to do; `undefined` where it comes from none.
 *
 * @param error whatever was thrown
 */
export function exhaustedLimit(error: unknown): string | undefined {
  const { code, syscall = '' } = (error ?? {}) as NodeJS.ErrnoException;
  // Node takes a module of a package for missing when it cannot open it.
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' && Number(OPEN_FILES) < NEEDED_FILES;
  if (code === 'EMFILE' || isMissing) {
    return `No more files can be opened (EMFILE): ulimit -n is ${OPEN_FILES}, and fcgi needs ${NEEDED_FILES} to start. Raise it: "ulimit -n 1024" before the command, LimitNOFILE= in a systemd unit, minfds= of supervisor.`;
  }
  if (code === 'EAGAIN' && /^(?:spawn|fork)/.test(syscall)) {
    return `No more processes can be started (EAGAIN): ulimit -u is ${PROCESSES}, for all processes and threads of this user. Raise it: "ulimit -u 1024" before the command, TasksMax= or LimitNPROC= in a systemd unit.`;
  }
  return undefined;
}
