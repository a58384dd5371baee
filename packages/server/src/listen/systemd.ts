import { FcgiServerError } from '../errors.ts';
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
  if (!hasSystemdSockets(environment)) {
    throw new FcgiServerError(
      'FCGI_NO_LISTEN_SOCKET',
      'server',
      `systemd passes no socket to this process: ${whyNone(environment)}`,
    );
  }
  if (name === undefined) return FIRST_FD;
  const names = (environment['LISTEN_FDNAMES'] ?? '').split(':');
  const index = names.indexOf(name);
  if (index === -1) {
    throw new FcgiServerError(
      'FCGI_NO_LISTEN_SOCKET',
      'server',
      `systemd passes no socket named "${name}", but: ${names.join(', ')} (FileDescriptorName= in the .socket unit).`,
    );
  }
  return FIRST_FD + index;
}

function whyNone({ LISTEN_FDS: count, LISTEN_PID: pid }: NodeJS.ProcessEnv): string {
  if (pid === undefined) {
    return 'LISTEN_PID is not set. Start it through a .socket unit, or with systemd-socket-activate.';
  }
  if (pid !== String(process.pid)) {
    return `LISTEN_PID is ${pid}, but this process is ${process.pid}: a program in between took the sockets. Start node directly.`;
  }
  return `LISTEN_FDS is ${count === undefined ? 'not set' : JSON.stringify(count)}, which is no number of sockets. Start it through a .socket unit, or with systemd-socket-activate.`;
}
