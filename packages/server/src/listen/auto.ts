import { FCGI_LISTENSOCK_FILENO } from '@fcgi-js/protocol';
import { FcgiServerError } from '../errors.ts';
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
  throw new FcgiServerError(
    'FCGI_NO_LISTEN_SOCKET',
    'server',
    'This program was not started by a web server: there is no socket of systemd, no listening socket on descriptor 0, and no CGI environment. Start it from a web server or with spawn-fcgi, or listen on an address such as unix:/run/app.sock.',
  );
}
