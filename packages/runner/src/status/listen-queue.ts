import { dirname } from 'node:path';
import { readProc, socketsOf, tcpListeners, unixSockets } from '@fcgi-js/inspector/system';

/** Connections that the system has accepted and no process has taken yet. */
export interface ListenQueue {
  readonly length: number;
  /** How many there may be. */
  readonly limit: number;
  /** The longest that was seen. */
  readonly max: number;
}

/** Milliseconds between two polls, besides those for a request of the page. */
const INTERVAL = 1000;

/** Looks at the queue of the socket that is served, where the system shows it: Linux does. */
export class ListenQueueWatch {
  #inode: string | undefined;
  readonly #limit: number;
  #max = 0;

  /**
   * @param address `unix:/path`, `tcp:HOST:PORT`, or `fd:N` of this process; other addresses have no figures
   * @param backlog what the socket was told to hold; as many as the system allows unless told otherwise
   */
  constructor(address: string, backlog = Number.POSITIVE_INFINITY) {
    this.#inode = findSocket(address);
    this.#limit = Math.min(backlog, Number(readProc('sys/net/core/somaxconn')) || backlog);
    if (this.look() !== undefined) setInterval(() => this.look(), INTERVAL).unref();
  }

  /** Looks at another socket from now on. */
  follow(address: string): void {
    this.#inode = findSocket(address);
  }

  /** How it is now; `undefined` where the system does not tell. */
  look(): ListenQueue | undefined {
    const sockets = this.#inode === undefined ? [] : listening();
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

function listening(): Listening[] {
  const sockets = unixSockets();
  const unix = sockets
    .filter(({ path, state }) => state === 'listening' && path !== '')
    .map(({ inode, path }) => ({
      inode,
      // Connections that wait are sockets with the path of the one that listens.
      waiting: sockets.filter((one) => one.state === 'waiting' && one.path === path).length,
      // The name that it was bound to; it is renamed when it listens.
      is: (kind: string, rest: string) => kind === 'unix' && dirname(path) === dirname(rest),
    }));
  const tcp = tcpListeners().map(({ inode, port, waiting }) => ({
    inode,
    waiting,
    is: (kind: string, rest: string) =>
      kind === 'tcp' && port === Number(rest.slice(rest.lastIndexOf(':') + 1)),
  }));
  return [...unix, ...tcp];
}

/** The socket of this process with an address, if there is just one that it can be. */
function findSocket(address: string): string | undefined {
  const [, kind = '', rest = ''] = /^(unix|tcp|fd):(.*)$/.exec(address) ?? [];
  const ours = socketsOf('self');
  if (kind === 'fd') return ours.find(({ fd }) => fd === Number(rest))?.inode;
  const inodes = new Set(ours.map(({ inode }) => inode));
  const found = listening().filter((socket) => inodes.has(socket.inode) && socket.is(kind, rest));
  return found.length === 1 ? found[0]?.inode : undefined;
}
