import type { FcgiAddress } from './address.ts';
import { openSocket } from './application-socket.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { Deadline } from './deadline.ts';
import { FcgiClientError } from './errors.ts';
import type { ResolvedLimits } from './limits.ts';
import { type FcgiPassingRecord, RecordWatch } from './record-watch.ts';
import { startTimer } from './stall-timer.ts';

/** What the pool tells whoever made it. */
export interface PoolEvents {
  /** An application broke a rule on a connection with no request on it. */
  readonly onError: (error: Error) => void;
  /** Sees every record, where somebody wants to. */
  readonly onRecord: ((passing: FcgiPassingRecord) => void) | undefined;
}

/** How a connection is wanted. */
export interface AcquireOptions {
  /** Not a kept one. */
  readonly fresh: boolean;
  /** Ends the wait. */
  readonly deadline: Deadline;
}

/** Somebody who waits for a connection, or for room to open one. */
interface Waiter {
  readonly fresh: boolean;
  /** Hands over a kept connection, or (`undefined`) room for a new one. */
  readonly give: (connection: Connection | undefined) => void;
  readonly refuse: (error: unknown) => void;
}

/** The connections to one application: those in use, those that are kept, and whoever waits for one. */
export class ConnectionPool implements ConnectionOwner {
  readonly #address: FcgiAddress;
  readonly #connections = new Set<Connection>();
  /** The one used last is taken first, so that the others reach their time-out. */
  readonly #idle: Connection[] = [];
  readonly #events: PoolEvents;
  readonly #limits: ResolvedLimits;
  readonly #waiters = new Set<Waiter>();
  #closed = false;
  #cutOff = false;
  #onEmpty: (() => void) | undefined;
  #opened = 0;
  #opening = 0;

  constructor(address: FcgiAddress, limits: ResolvedLimits, events: PoolEvents) {
    this.#address = address;
    this.#limits = limits;
    this.#events = events;
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.#connections.size + this.#opening;
  }

  /** Kept connections with no request on them. */
  get idle(): number {
    return this.#idle.length;
  }

  /** Requests that wait for a connection. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Gets a connection for one request.
   *
   * @throws FcgiConnectError, FcgiTimeoutError, FcgiClientError or the reason of the deadline
   */
  async acquire({ fresh, deadline }: AcquireOptions): Promise<Connection> {
    deadline.throwIfPassed();
    if (this.#closed) throw closedError();
    const kept = fresh ? undefined : this.#idle.pop();
    if (kept !== undefined) {
      kept.unpark();
      return kept;
    }
    const wait = new Deadline('connect', this.#limits.connectTimeout, deadline);
    try {
      return (await this.#roomOrConnection(fresh, wait)) ?? (await this.#open(wait));
    } finally {
      wait.dispose();
    }
  }

  /**
   * Closes what is idle, refuses whoever waits, and waits until the rest has ended.
   *
   * @param timeout milliseconds; then connections in use are closed too
   */
  async close(timeout: number): Promise<void> {
    this.#closed = true;
    for (const waiter of [...this.#waiters]) waiter.refuse(closedError());
    for (const connection of [...this.#idle]) connection.close();
    if (this.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = startTimer(() => {
        this.#cutOff = true;
        for (const connection of [...this.#connections]) connection.close(closedError());
        resolve();
      }, timeout);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  onFree(connection: Connection): void {
    if (this.#closed) {
      connection.close();
      return;
    }
    for (const waiter of this.#waiters) {
      if (!waiter.fresh) {
        waiter.give(connection);
        return;
      }
    }
    if (this.#waiters.size > 0 || this.#idle.length >= this.#limits.idleConnections) {
      connection.close();
      return;
    }
    this.#idle.push(connection);
    connection.park(this.#limits.idleTimeout);
  }

  onClosed(connection: Connection): void {
    this.#connections.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
    this.#roomChanged();
  }

  onError(error: Error): void {
    this.#events.onError(error);
  }

  /** Room for a new connection, which is then taken (`undefined`), or else a connection that came free. */
  async #roomOrConnection(fresh: boolean, deadline: Deadline): Promise<Connection | undefined> {
    if (fresh && this.size >= this.#limits.connections) this.#idle[0]?.close();
    if (this.size < this.#limits.connections) {
      this.#opening += 1;
      return undefined;
    }
    if (this.#waiters.size >= this.#limits.queue) {
      throw new FcgiClientError(
        'FCGI_QUEUE_FULL',
        `All ${this.#limits.connections} connections are in use, and ${this.#limits.queue} requests wait for one already.`,
      );
    }
    return await this.#wait(fresh, deadline);
  }

  #wait(fresh: boolean, deadline: Deadline): Promise<Connection | undefined> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        forget();
      };
      const waiter: Waiter = {
        fresh,
        give: (connection) => {
          leave();
          if (connection === undefined) this.#opening += 1;
          resolve(connection);
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const forget = deadline.onPassed(() => waiter.refuse(deadline.reason));
      this.#waiters.add(waiter);
    });
  }

  async #open(deadline: Deadline): Promise<Connection> {
    try {
      const socket = await openSocket(this.#address, deadline);
      const { onRecord } = this.#events;
      this.#opened += 1;
      const watch = onRecord && new RecordWatch(this.#opened, onRecord);
      const connection = new Connection(socket, this, watch);
      this.#connections.add(connection);
      if (this.#cutOff) {
        connection.close();
        throw closedError();
      }
      return connection;
    } finally {
      this.#opening -= 1;
      this.#roomChanged();
    }
  }

  /** Lets the next one in if there is room. */
  #roomChanged(): void {
    if (this.#closed && this.size === 0) this.#onEmpty?.();
    if (this.size >= this.#limits.connections) return;
    for (const waiter of this.#waiters) {
      waiter.give(undefined);
      return;
    }
  }
}

function closedError(): FcgiClientError {
  return new FcgiClientError('FCGI_CLIENT_CLOSED', 'The client has been closed.');
}
