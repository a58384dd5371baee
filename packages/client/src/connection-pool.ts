import type { Capacity } from './capacity.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { Deadline } from './deadline.ts';
import { FcgiClientError } from './errors.ts';
import type { ResolvedLimits } from './limits.ts';
import { type FcgiPassingRecord, RecordWatch } from './record-watch.ts';
import { startTimer } from './stall-timer.ts';
import type { Transport } from './transport.ts';
import { whenAborted } from './when-aborted.ts';

/**
 * Opens a connection to the application.
 *
 * @throws FcgiConnectError where that is not possible; the reason of the deadline where it passes
 */
export type OpenTransport = (deadline: Deadline) => Promise<Transport>;

/** What the pool reports to its owner. */
export interface PoolEvents {
  /** An application broke a rule on a connection with no request on it. */
  readonly onError: (error: Error) => void;
  /** Sees every record; undefined where records are not observed. */
  readonly onRecord: ((passing: FcgiPassingRecord) => void) | undefined;
}

/** How a connection is wanted. */
export interface AcquireOptions {
  /** A new one, with no other request on it. */
  readonly fresh: boolean;
  /** Ends the wait. */
  readonly deadline: Deadline;
}

/** A request that waits for a connection, or for room to open one. */
interface Waiter {
  readonly fresh: boolean;
  /** Hands over a connection, or (`undefined`) room for a new one. */
  readonly give: (connection: Connection | undefined) => void;
  readonly refuse: (error: unknown) => void;
}

/** The connections to one application: those in use, those that are kept, and the requests that wait for one. */
export class ConnectionPool implements ConnectionOwner {
  /** How much may be asked of the application at once. A change counts from the next request on. */
  capacity: Capacity;
  readonly #connections = new Set<Connection>();
  readonly #events: PoolEvents;
  /** The one used last is taken first, so that the others reach their time-out. */
  readonly #idle: Connection[] = [];
  readonly #limits: ResolvedLimits;
  readonly #openTransport: OpenTransport;
  readonly #waiters = new Set<Waiter>();
  #closed = false;
  #cutOff = false;
  /** Those who wait for the end. */
  readonly #onEmpty = new Set<() => void>();
  #opened = 0;
  #opening = 0;

  constructor(openTransport: OpenTransport, limits: ResolvedLimits, capacity: Capacity, events: PoolEvents) {
    this.#openTransport = openTransport;
    this.#limits = limits;
    this.capacity = capacity;
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

  /** Requests that have a connection, or for which one is being opened. */
  get requests(): number {
    let requests = this.#opening;
    for (const { load } of this.#connections) requests += load;
    return requests;
  }

  /** Requests that wait for a connection. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Gets a connection for one request, which has to release it.
   *
   * @throws FcgiConnectError, FcgiTimeoutError, FcgiClientError or the reason of the deadline
   */
  async acquire({ fresh, deadline }: AcquireOptions): Promise<Connection> {
    deadline.throwIfPassed();
    if (this.#closed) throw closedError();
    const ready = fresh ? undefined : this.#ready();
    if (ready !== undefined) {
      ready.take();
      return ready;
    }
    const wait = new Deadline('connect', this.#limits.connectTimeout, deadline);
    try {
      return (await this.#roomOrConnection(fresh, wait)) ?? (await this.#open(wait));
    } finally {
      wait.dispose();
    }
  }

  /**
   * Closes what is idle, refuses the requests that wait, and waits until the rest has ended.
   *
   * @param timeout milliseconds; then connections in use are closed too
   * @param signal when it is aborted, they are closed at once
   */
  async close(timeout: number, signal?: AbortSignal): Promise<void> {
    this.#closed = true;
    for (const waiter of [...this.#waiters]) waiter.refuse(closedError());
    for (const connection of [...this.#idle]) connection.close();
    if (this.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    let forget: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      this.#onEmpty.add(resolve);
      const cutOff = (error: FcgiClientError) => {
        this.#cutOff = true;
        for (const connection of [...this.#connections]) connection.close(error);
        resolve();
      };
      timer = startTimer(() => cutOff(cutOffError(`had not ended ${timeout} ms later`)), timeout);
      forget = whenAborted(signal, () =>
        cutOff(cutOffError('had not ended when the signal of close() was aborted', signal?.reason)),
      );
    });
    clearTimeout(timer);
    forget?.();
  }

  onRoom(connection: Connection): void {
    if (!this.#closed) this.#serveWaiting();
    if (connection.load > 0) return;
    // A request that still waits wants a new connection, for which there must be room.
    if (this.#closed || this.#waiters.size > 0 || this.#idle.length >= this.#limits.idleConnections) {
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
    this.#serveWaiting();
  }

  onError(error: Error): void {
    this.#events.onError(error);
  }

  /** A connection that can take a request now: a kept one, or the one with the fewest requests. */
  #ready(): Connection | undefined {
    if (this.requests >= this.capacity.requests) return undefined;
    const kept = this.#idle.pop();
    if (kept !== undefined) {
      kept.unpark();
      return kept;
    }
    let ready: Connection | undefined;
    for (const connection of this.#connections) {
      if (!connection.hasRoom(this.capacity.perConnection)) continue;
      // A connection that is full of unread bytes is better left alone, as long as there can be another.
      if (connection.paused && this.#mayOpen()) continue;
      if (ready === undefined || connection.load < ready.load) ready = connection;
    }
    return ready;
  }

  /** Room for a new connection, which is then taken (`undefined`), or else a connection that came free. */
  async #roomOrConnection(fresh: boolean, deadline: Deadline): Promise<Connection | undefined> {
    if (fresh && this.size >= this.capacity.connections) this.#idle[0]?.close();
    if (this.#mayOpen() && (fresh || !this.#isComing(this.#waiters.size + 1))) {
      this.#opening += 1;
      return undefined;
    }
    if (this.#waiters.size >= this.#limits.queue) {
      throw new FcgiClientError(
        'FCGI_QUEUE_FULL',
        `All connections are in use (${this.size}), and ${this.#limits.queue} requests wait for one already.`,
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
          else connection.take();
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
    let connection: Connection | undefined;
    try {
      const socket = await this.#openTransport(deadline);
      const { onRecord } = this.#events;
      this.#opened += 1;
      const watch = onRecord && new RecordWatch(this.#opened, onRecord);
      connection = new Connection(socket, this, this.#limits, watch);
      connection.take();
      this.#connections.add(connection);
      if (this.#cutOff) {
        connection.close();
        throw closedError();
      }
      return connection;
    } finally {
      this.#opening -= 1;
      this.#serveWaiting();
    }
  }

  /** Gives those who wait any connection, or lets them open one, as far as there is room. */
  #serveWaiting(): void {
    if (this.#closed && this.size === 0) for (const resolve of this.#onEmpty) resolve();
    for (const waiter of this.#waiters) {
      const ready = waiter.fresh ? undefined : this.#ready();
      if (ready !== undefined) waiter.give(ready);
      else if (this.#mayOpen() && (waiter.fresh || !this.#isComing(this.#waiters.size)))
        waiter.give(undefined);
      // What the first request cannot have, those behind it cannot have either.
      else if (!waiter.fresh) return;
    }
  }

  #mayOpen(): boolean {
    return this.size < this.capacity.connections && this.requests < this.capacity.requests;
  }

  /** Whether connections that are being opened will have room for as many requests besides their own. */
  #isComing(waiting: number): boolean {
    return this.capacity.perConnection > 1 && this.#opening * (this.capacity.perConnection - 1) >= waiting;
  }
}

function closedError(): FcgiClientError {
  return new FcgiClientError('FCGI_CLIENT_CLOSED', 'The client has been closed.');
}

function cutOffError(how: string, cause?: unknown): FcgiClientError {
  return new FcgiClientError('FCGI_CLIENT_CUT_OFF', `The client was closed, and the request ${how}.`, {
    cause,
  });
}
