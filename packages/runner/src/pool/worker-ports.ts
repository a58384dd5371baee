import { Socket } from 'node:net';
import { inheritedDatagramHandle } from '../datagram-handle.ts';

/** What the place of a UDP port begins with; TCP has the same numbers. */
export const UDP = 'udp ';

/** A listening socket that came from a worker: the bare handle, which accepts nothing here. Node does not document it. */
export interface PortHandle {
  close(): void;
  readonly fd?: number;
}

/** What a worker tells of a port that its application opens beside the socket that is served. */
export interface PortMessage {
  /** `wanted`: another process has it. With `opened` comes its socket, unless it is for that worker alone. */
  readonly event: 'closed' | 'opened' | 'wanted';
  readonly fcgi: 'port';
  /** Its address and number, as Node tells them of an open port; {@link UDP} before them for one of UDP. */
  readonly where: string;
}

/** The answer to `wanted`: its socket comes with it, a worker has it for itself alone, or it is none of a worker. */
export type PortAnswer = 'exclusive' | 'shared' | 'unknown';

/** A worker, as far as its ports go. */
export interface PortUser {
  answerPort(where: string, answer: PortAnswer, handle?: PortHandle): void;
}

/** A port that this process keeps open for the successor of this one. */
export interface HeldPort {
  readonly fd: number;
  readonly where: string;
}

interface Port {
  /** Undefined for one that is not shared. */
  readonly handle: PortHandle | undefined;
  readonly users: Set<PortUser>;
}

/** Milliseconds that a worker is waited for that has opened a port and has not told it yet. */
const PATIENCE = 500;

/** Sockets that are kept; what applications open beyond that is not shared. No application is to exhaust the descriptors of this process. */
const MOST = 64;

/**
 * The ports that applications open beside the socket that is served, such as one for metrics. The first worker opens one as Node does;
 * this process keeps its socket and hands it to the workers that find the port taken. So they share it as those of `node:cluster` do,
 * and a worker that takes the place of another does not have to wait for its end.
 */
export class WorkerPorts {
  readonly #ports = new Map<string, Port>();
  readonly #users = new Set<PortUser>();
  readonly #waiting = new Map<string, Set<PortUser>>();

  /** @param inherited those of the runner before this one */
  constructor(inherited: readonly HeldPort[] = []) {
    for (const { fd, where } of inherited) {
      const handle = handleOf(fd, where);
      if (isPortHandle(handle)) this.#ports.set(where, { handle, users: new Set() });
    }
  }

  /** A worker has been started. */
  joined(user: PortUser): void {
    this.#users.add(user);
  }

  /** A worker tells something. */
  heard(user: PortUser, { event, where }: PortMessage, handle: unknown): void {
    if (event === 'opened') this.#opened(user, where, isPortHandle(handle) ? handle : undefined);
    else if (event === 'closed') this.#closed(user, where);
    else this.#wanted(user, where);
  }

  /** A worker has ended. */
  left(user: PortUser): void {
    this.#users.delete(user);
    for (const where of [...this.#ports.keys()]) this.#closed(user, where);
    for (const waiting of this.#waiting.values()) waiting.delete(user);
  }

  /** Those that the successor of this process can have. */
  held(): HeldPort[] {
    return [...this.#ports].flatMap(([where, { handle }]) => {
      const { fd = -1 } = handle ?? {};
      return fd < 0 ? [] : [{ fd, where }];
    });
  }

  /** Closes those that came from the runner before this one, and that no worker has wanted. */
  closeUnused(): void {
    for (const [where, { users }] of [...this.#ports]) if (users.size === 0) this.#close(where);
  }

  #opened(user: PortUser, where: string, handle: PortHandle | undefined): void {
    // One that stays from before is of no use any more, where a worker could open it anew.
    this.#close(where);
    if (this.#ports.size >= MOST) {
      handle?.close();
      return;
    }
    this.#ports.set(where, { handle, users: new Set([user]) });
    const waiting = this.#waiting.get(where) ?? new Set();
    this.#waiting.delete(where);
    for (const other of waiting) {
      // Its time no longer runs.
      waiting.delete(other);
      this.#wanted(other, where);
    }
  }

  #closed(user: PortUser, where: string): void {
    const users = this.#ports.get(where)?.users;
    if (users?.delete(user) === true && users.size === 0) this.#close(where);
  }

  #close(where: string): void {
    this.#ports.get(where)?.handle?.close();
    this.#ports.delete(where);
  }

  #wanted(user: PortUser, where: string): void {
    const port = this.#ports.get(where);
    const isAlone = [...this.#users].every((other) => other === user);
    if (port === undefined && isAlone) user.answerPort(where, 'unknown');
    else if (port === undefined) this.#wait(user, where);
    else if (port.handle === undefined) user.answerPort(where, 'exclusive');
    else {
      port.users.add(user);
      user.answerPort(where, 'shared', port.handle);
    }
  }

  /** Of two workers that open a port at the same time, one has it, and may not have told it yet. */
  #wait(user: PortUser, where: string): void {
    const waiting = this.#waiting.get(where) ?? new Set();
    this.#waiting.set(where, waiting.add(user));
    setTimeout(() => {
      if (waiting.delete(user)) user.answerPort(where, 'unknown');
    }, PATIENCE).unref();
  }
}

/** The bare handle of a socket that this process has inherited. */
function handleOf(fd: number, where: string): unknown {
  if (where.startsWith(UDP)) return inheritedDatagramHandle(fd, where.includes(':'));
  return Reflect.get(new Socket({ fd, readable: false, writable: false }), '_handle');
}

function isPortHandle(given: unknown): given is PortHandle {
  return typeof given === 'object' && given !== null && typeof Reflect.get(given, 'close') === 'function';
}
