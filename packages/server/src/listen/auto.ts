import { FCGI_LISTENSOCK_FILENO } from '@fcgi-js/protocol';
import { errors } from '../errors.ts';
import { takeCgiRequest } from './cgi-environment.ts';
import { isFcgiListenSocket, listenOnFd } from './inherited.ts';
import type { Listener, ListenerOwner, ListenOptions } from './listener.ts';
import { servePlainCgi } from './plain-cgi.ts';
import { hasSystemdSockets, listenOnSystemdSocket } from './systemd.ts';

/**
 * Takes what the process was started with: a socket of systemd, a listening socket on descriptor 0, or the
 * environment of plain CGI.
 */
export async function listenAuto(options: ListenOptions, owner: ListenerOwner): Promise<Listener> {
  if (hasSystemdSockets()) return listenOnSystemdSocket(undefined, options, owner);
  if (isFcgiListenSocket()) return listenOnFd(FCGI_LISTENSOCK_FILENO, options, owner);
  if (takeCgiRequest()) return servePlainCgi(owner);
  throw errors.FCGI_LISTEN_SOCKET_MISSING.auto();
}
