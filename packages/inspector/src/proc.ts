import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A Unix socket, as `/proc/net/unix` lists it. */
export interface UnixSocket {
  readonly inode: string;
  /** The path that it was bound to; `''` without a name. An accepted connection has the path of its listening socket. */
  readonly path: string;
  /** `'listening'`; a connection that is `'waiting'` to be accepted, or has been `'accepted'`; `undefined` for others. */
  readonly state: 'accepted' | 'listening' | 'waiting' | undefined;
}

/** A listening TCP socket, as `/proc/net/tcp` and `/proc/net/tcp6` list it. */
export interface TcpListener {
  /** The address as the kernel writes it: hexadecimal, in the byte order of the machine. */
  readonly host: string;
  readonly inode: string;
  readonly port: number;
  /** Connections that wait to be accepted. */
  readonly waiting: number;
}

/** In /proc/net/unix: the socket accepts connections. */
const ACCEPTS = 0x0001_0000;
/** In /proc/net/unix: the states of a connection; one that waits to be accepted has that of one that is being made. */
const STATES: Readonly<Record<string, 'accepted' | 'waiting'>> = { '02': 'waiting', '03': 'accepted' };
/** In /proc/net/tcp: the socket listens. */
const LISTENS = '0A';

/** Number, references, protocol, flags, type, state, inode, path. */
const UNIX_ROW = /^\S+ \S+ \S+ (\S+) \S+ (\S+) +(\d+) ?(.*)$/s;

/**
 * The text of a file below `/proc`, as latin1.
 *
 * @param path relative to `/proc`
 * @returns `''` where there is no such file: on another system, or because a process has ended
 */
export function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return '';
  }
}

/**
 * The descriptors of a process that are sockets.
 *
 * @param pid its ID, or `self`
 * @returns an empty array where the process has ended, belongs to another user, or the system has no `/proc`
 */
export function socketsOf(pid: string): Array<{ fd: number; inode: string }> {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOrNothing(`${folder}/${fd}`))?.[1];
      return inode === undefined ? [] : [{ fd: Number(fd), inode }];
    });
  } catch {
    // It has just ended, it is another user's, or this is another system.
    return [];
  }
}

/** All Unix sockets of this network namespace; an empty array on a system without `/proc`. */
export function unixSockets(): UnixSocket[] {
  return rows('unix').flatMap((row) => {
    const [, flags = '', state = '', inode = '', path = ''] = UNIX_ROW.exec(row) ?? [];
    const isListening = (Number.parseInt(flags, 16) & ACCEPTS) !== 0;
    return inode === '' ? [] : [{ inode, path, state: isListening ? 'listening' : STATES[state] }];
  });
}

/** All listening TCP sockets of this network namespace; an empty array on a system without `/proc`. */
export function tcpListeners(): TcpListener[] {
  return ['tcp', 'tcp6']
    .flatMap(rows)
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state]) => state === LISTENS)
    .map(([, local = '', , , sizes = '', , , , , inode = '']) => {
      const [host = '', port = '0'] = local.split(':');
      // It has the connections that wait where others have the bytes that do.
      const waiting = Number.parseInt(sizes.split(':')[1] ?? '', 16);
      return { host, inode, port: Number.parseInt(port, 16), waiting };
    });
}

function rows(table: string): string[] {
  return readProc(`self/net/${table}`).split('\n').slice(1);
}

function linkOrNothing(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed by now.
    return '';
  }
}
