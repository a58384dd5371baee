import { errors, type FcgiServerError } from '../errors.ts';
import { listenOnFd } from './inherited.ts';
import type { Listener, ListenerOwner, ListenOptions } from './listener.ts';

/** SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST_FD = 3;
/** What LISTEN_FDS is where sockets are passed. */
const SOCKET_COUNT = /^[1-9]\d{0,5}$/;

/** Whether systemd passes sockets to this very process (LISTEN_PID, LISTEN_FDS). */
export function hasSystemdSockets(environment: NodeJS.ProcessEnv = process.env): boolean {
  return (
    environment['LISTEN_PID'] === String(process.pid) && SOCKET_COUNT.test(environment['LISTEN_FDS'] ?? '')
  );
}

/** Listens on a socket that systemd passes: the one with that name (FileDescriptorName=), or the first. */
export function listenOnSystemdSocket(
  name: string | undefined,
  options: ListenOptions,
  owner: ListenerOwner,
): Promise<Listener> {
  return listenOnFd(systemdSocket(name, process.env), options, owner);
}

function systemdSocket(name: string | undefined, environment: NodeJS.ProcessEnv): number {
  if (!hasSystemdSockets(environment)) throw whyNone(environment);
  if (name === undefined) return FIRST_FD;
  const names = (environment['LISTEN_FDNAMES'] ?? '').split(':');
  const index = names.indexOf(name);
  if (index === -1) {
    throw errors.FCGI_LISTEN_SOCKET_MISSING.systemdName(name, names);
  }
  return FIRST_FD + index;
}

function whyNone({ LISTEN_FDS: count, LISTEN_PID: pid }: NodeJS.ProcessEnv): FcgiServerError {
  const { systemdCount, systemdOther, systemdUnset } = errors.FCGI_LISTEN_SOCKET_MISSING;
  if (pid === undefined) return systemdUnset();
  if (pid !== String(process.pid)) return systemdOther(pid, process.pid);
  return systemdCount(count === undefined ? 'not set' : JSON.stringify(count));
}
