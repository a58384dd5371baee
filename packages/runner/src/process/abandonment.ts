import { lstatSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { socketsOf, unixSockets } from '@fcgi-js/inspector/system';
import { FCGI_LISTENSOCK_FILENO } from '@fcgi-js/protocol';
import { isFcgiListenSocket } from '@fcgi-js/server';

/** Milliseconds between two looks. */
const INTERVAL = 2_000;

/** mod_fcgid names a socket after the ID of its process manager, and never takes one over: `/run/mod_fcgid/2938.0`. */
const MOD_FCGID_SOCKET = /\/(\d{1,10})\.\d+$/;

/**
 * Ends this process as SIGTERM does when the process that started it has ended and no web server can find its socket any more: the file has
 * gone, or it is one of a mod_fcgid that has ended. A script between both that lacks `exec` gets the signal to end, and does not hand it on.
 *
 * A parent alone says nothing: spawn-fcgi ends at once, and the next lighttpd takes over the applications of one that was killed, by the
 * name of their socket. Only Unix sockets that are inherited as descriptor 0 are watched, on systems with `/proc`.
 */
export function endWhenAbandoned(say: (message: string) => void): void {
  const path = inheritedPath();
  if (path === undefined || !isReachable(path)) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent || isReachable(path)) return;
    clearInterval(timer);
    say(
      `the process that started it has ended, and no web server uses its socket ${path} any more: it ends. If a script starts it, that lacks exec: exec fcgi run APP`,
    );
    process.kill(process.pid, 'SIGTERM');
  }, INTERVAL).unref();
}

/** The file of the socket on descriptor 0. */
function inheritedPath(): string | undefined {
  if (!isFcgiListenSocket()) return undefined;
  const inode = socketsOf('self').find(({ fd }) => fd === FCGI_LISTENSOCK_FILENO)?.inode;
  const path = unixSockets().find((socket) => socket.inode === inode)?.path ?? '';
  return isAbsolute(path) ? path : undefined;
}

function isReachable(path: string): boolean {
  const owner = MOD_FCGID_SOCKET.exec(path)?.[1];
  return isThere(path) && (owner === undefined || runs(Number(owner)));
}

/** What may not be looked at counts as there. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
