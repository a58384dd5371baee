import { readProc } from '@fcgi-js/inspector/system';

/** Kibibytes of address space that a thread of Node takes, most of them never used: up to 905 MiB with Node 26. */
const THREAD = 960 * 1_024;

/**
 * Whether the address space has room for a thread. Shared hosts limit it (`ulimit -v`, RLimitMEM of Apache), and Node ends
 * the process where a thread does not fit.
 */
export function hasRoomForThread(): boolean {
  const limit = /^Max address space +(\d+)/m.exec(readProc('self/limits'))?.[1];
  if (limit === undefined) return true;
  const taken = /^VmSize:\s+(\d+)/m.exec(readProc('self/status'))?.[1];
  return Number(limit) / 1_024 - Number(taken) >= THREAD;
}
