import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/** Connections that the system has accepted and no process has taken yet. */
export interface ListenQueue {
  readonly length: number;
  /** How many there may be. */
  readonly limit: number;
  /** The longest that was seen. */
  readonly max: number;
}

/** That of `listen()` of `@fcgi-js/server`, which applies it to inherited sockets, too. */
const DEFAULT_BACKLOG = 511;
/** Milliseconds between two looks, besides those that somebody asks for. */
const INTERVAL = 1000;
/** In /proc/net/unix: a socket that accepts connections. */
const ACCEPTS = 0x0001_0000;
/** In /proc/net/unix: a connection that waits to be accepted has the state of one that is being made. */
const WAITS = '02';
/** In /proc/net/tcp: the socket listens. */
const LISTENS = '0A';

/** Looks at the queue of the socket that is served, where the system shows it: Linux does. */
export class ListenQueueWatch {
  readonly #inode: string | undefined;
  readonly #limit: number;
  #max = 0;

  /**
   * @param address `unix:/path`, `tcp:HOST:PORT`, or `fd:N` of this process; nothing is told of any other
   * @param backlog what the socket was told to hold
   */
  constructor(address: string, backlog = DEFAULT_BACKLOG) {
    this.#inode = findSocket(address);
    this.#limit = Math.min(backlog, Number(read('/proc/sys/net/core/somaxconn')) || backlog);
    if (this.look() !== undefined) setInterval(() => this.look(), INTERVAL).unref();
  }

  /** How it is now; `undefined` where the system does not tell. */
  look(): ListenQueue | undefined {
    const sockets = this.#inode === undefined ? [] : [...unixSockets(), ...tcpSockets()];
    const length = sockets.find(({ inode }) => inode === this.#inode)?.waiting;
    if (length === undefined) return undefined;
    this.#max = Math.max(this.#max, length);
    return { length, limit: this.#limit, max: this.#max };
  }
}

/** A socket of the kernel's lists that accepts connections. */
interface Listening {
  readonly inode: string;
  readonly waiting: number;
  /** Whether it is the one with an address. */
  is(kind: string, rest: string): boolean;
}

function unixSockets(): Listening[] {
  const sockets = rows('unix').map(([, , , flags = '0', , state = '', inode = '', ...path]) => ({
    accepts: (Number.parseInt(flags, 16) & ACCEPTS) !== 0,
    inode,
    path: path.join(' '),
    state,
  }));
  return sockets
    .filter(({ accepts, path }) => accepts && path !== '')
    .map(({ inode, path }) => ({
      inode,
      // Connections that wait are sockets with the path of the one that listens.
      waiting: sockets.filter((one) => !one.accepts && one.path === path && one.state === WAITS).length,
      // The name that it was bound to; it is renamed when it listens.
      is: (kind, rest) => kind === 'unix' && dirname(path) === dirname(rest),
    }));
}

/** A socket that listens has the connections that wait where others have the bytes that do. */
function tcpSockets(): Listening[] {
  return ['tcp', 'tcp6']
    .flatMap(rows)
    .filter(([, , , state]) => state === LISTENS)
    .map(([, local = '', , , sizes = '', , , , , inode = '']) => ({
      inode,
      waiting: Number.parseInt(sizes.split(':')[1] ?? '', 16),
      is: (kind, rest) =>
        kind === 'tcp' && Number.parseInt(local.replace(/.*:/, ''), 16) === Number(rest.replace(/.*:/, '')),
    }));
}

/** The socket of this process with an address, if there is just one that it can be. */
function findSocket(address: string): string | undefined {
  const [, kind = '', rest = ''] = /^(unix|tcp|fd):(.*)$/.exec(address) ?? [];
  if (kind === 'fd') return inodeOf(rest);
  const ours = new Set(descriptors().map(inodeOf));
  const found = [...unixSockets(), ...tcpSockets()].filter(
    (socket) => ours.has(socket.inode) && socket.is(kind, rest),
  );
  return found.length === 1 ? found[0]?.inode : undefined;
}

function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    // Not on this system.
    return [];
  }
}

function inodeOf(fd: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch {
    // Not on this system, or closed by now.
    return undefined;
  }
}

function rows(table: string): string[][] {
  return read(`/proc/self/net/${table}`)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Not on this system.
    return '';
  }
}
