import { fstatSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { FCGI_LISTENSOCK_FILENO } from '@fcgi-js/protocol';
import { causedBy, errors } from '../errors.ts';
import { formatTcpAddress } from './listen-address.ts';
import { DEFAULT_BACKLOG, type Listener, type ListenerOwner, type ListenOptions } from './listener.ts';
import { openNetListener, startListening } from './net-listener.ts';

/** In /proc/net/unix: the socket accepts connections. */
const ACCEPTS = 0x0001_0000;
/** In /proc/net/tcp: the socket listens. */
const LISTEN_STATE = '0A';

/**
 * Whether a file descriptor is a listening socket, as a web server passes one on descriptor 0 to a FastCGI
 * application that it starts (FastCGI 1.0 §2.2). Otherwise it is plain CGI, or a terminal.
 *
 * @param fd descriptor; FCGI_LISTENSOCK_FILENO, which is 0, unless told otherwise
 */
export function isFcgiListenSocket(fd: number = FCGI_LISTENSOCK_FILENO): boolean {
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isSocket()) return false;
    // Elsewhere nothing tells without asking the kernel what Node cannot ask; a socket is then taken for one.
    if (process.platform !== 'linux') return true;
    return isListening(stats.ino);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBADF') return false;
    throw error;
  }
}

function isListening(inode: bigint): boolean {
  const unix = socketsIn('/proc/self/net/unix').find((fields) => fields[6] === String(inode));
  if (unix !== undefined) return (Number.parseInt(unix[3]!, 16) & ACCEPTS) !== 0;
  const tcp = [...socketsIn('/proc/self/net/tcp'), ...socketsIn('/proc/self/net/tcp6')];
  return tcp.some((fields) => fields[9] === String(inode) && fields[3] === LISTEN_STATE);
}

/** The sockets of one kind, as the columns of the kernel's table. */
function socketsIn(table: string): string[][] {
  let text: string;
  try {
    text = readFileSync(table, 'latin1');
  } catch (error) {
    // A kernel without IPv6 has no such table.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

/** Listens on a socket that the process was started with. */
export async function listenOnFd(
  fd: number,
  options: ListenOptions,
  owner: ListenerOwner,
): Promise<Listener> {
  if (!isFcgiListenSocket(fd)) {
    throw errors.FCGI_LISTEN_SOCKET_MISSING.descriptor(fd);
  }
  try {
    return await openNetListener(async (server) => {
      await startListening(server, { fd, backlog: options.backlog ?? DEFAULT_BACKLOG });
      const info = server.address() as AddressInfo | string | null;
      // Node does not tell the path of an inherited Unix socket.
      const isTcp = typeof info === 'object' && info !== null;
      return { address: isTcp ? formatTcpAddress(info.address, info.port) : `fd:${fd}` };
    }, owner);
  } catch (error) {
    throw causedBy(error, errors.FCGI_LISTEN_FAILED.on(`descriptor ${fd}`, (error as Error).message));
  }
}
