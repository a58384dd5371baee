import { RecordDecoder } from '@fcgi-js/protocol';
import { FcgiClientError } from './errors.ts';
import type { ResolvedLimits } from './limits.ts';
import type { RecordWatch } from './record-watch.ts';
import { type Loss, type RequestEvents, RequestTable } from './request-table.ts';
import { startTimer } from './stall-timer.ts';
import type { Transport } from './transport.ts';
import { UnreadBytes } from './unread-bytes.ts';

/** Who looks after a connection: the pool. */
export interface ConnectionOwner {
  /**
   * There is, or may be again, room for a request, here or elsewhere: one has ended, or the connection can be written
   * and read again.
   */
  onRoom(connection: Connection): void;
  /** It is of no more use. The last event. */
  onClosed(connection: Connection): void;
  /** The application broke a rule that no request can be told about. */
  onError(error: Error): void;
}

/** One connection to the application: records over an open socket. */
export class Connection {
  /** The requests on it. */
  readonly table = new RequestTable();
  /** In pieces, so that every byte of STDOUT counts when it comes, and none of anything else does. */
  readonly #decoder = new RecordDecoder({ inPieces: true });
  readonly #limits: ResolvedLimits;
  readonly #owner: ConnectionOwner;
  readonly #socket: Transport;
  readonly #unread: UnreadBytes;
  readonly #watch: RecordWatch | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #unreadTimer: NodeJS.Timeout | undefined;
  #waiters: Array<() => void> = [];
  /** Whether it would not be read for one more request either. */
  #blocked = false;
  #broken: Error | undefined;
  #closed = false;
  #load = 0;
  #parked = false;
  #paused = false;
  #receiving = false;
  #released = false;
  #retired = false;
  #served = false;

  /** @param watch sees every record in both directions; where it throws, the connection is closed */
  constructor(
    socket: Transport,
    owner: ConnectionOwner,
    limits: ResolvedLimits,
    watch: RecordWatch | undefined,
  ) {
    this.#socket = socket;
    this.#owner = owner;
    this.#limits = limits;
    this.#unread = new UnreadBytes(limits);
    this.#watch = watch;
    let socketError: Error | undefined;
    socket.onChunk = (chunk) => this.#receive(chunk);
    socket.onBroken = (error) => {
      this.#broken = error;
      this.#closeOnceRead();
    };
    socket.on('drain', () => {
      this.#wake();
      if (!this.#closed && !this.#parked) this.#owner.onRoom(this);
    });
    // At the FIN already: the application no longer answers, and `close` would wait until it has read all.
    socket.on('end', () => this.#lose({ cause: this.#truncation() }));
    socket.on('error', (error) => {
      socketError = error;
    });
    socket.on('close', () => this.#lose({ cause: socketError ?? this.#truncation() }));
    socket.resume();
  }

  /** Whether nothing more can be sent or received. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Requests that have it, from {@link take} to {@link release}. */
  get load(): number {
    return this.#load;
  }

  /** Whether nothing is read from it, because readers do not take what came. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether an earlier request ended on it, so that the application may have closed it since. */
  get served(): boolean {
    return this.#served;
  }

  /** Whether it can take one more of as many requests: send it now, and read on for its answer. */
  hasRoom(requests: number): boolean {
    if (!this.#isUsable() || this.table.overdue) return false;
    return this.#load < requests && !this.#blocked && !this.#socket.writableNeedDrain;
  }

  /**
   * Makes a request active.
   *
   * @returns its id
   */
  open(events: RequestEvents): number {
    const requestId = this.table.open(events);
    this.#readOrNot();
    return requestId;
  }

  /** A request gets it, and gives it back with {@link release}. */
  take(): void {
    this.#load += 1;
  }

  /**
   * Sends bytes.
   *
   * @returns whether there is room for more; if not, wait with {@link onRoom}
   */
  write(bytes: Uint8Array): boolean {
    if (this.#broken !== undefined) return false;
    if (this.#closed) return true;
    try {
      this.#watch?.sent(bytes);
    } catch (error) {
      this.#lose({ error: error as Error });
      return true;
    }
    return this.#socket.write(bytes);
  }

  /** Calls back once, when there is room to write or the connection has closed. */
  onRoom(callback: () => void): void {
    this.#waiters.push(callback);
  }

  /** Whether a request has as much unread output as it may have. */
  isFull(requestId: number): boolean {
    return this.#unread.isFull(requestId);
  }

  /** A request has as many bytes of output that its reader has not taken. */
  setUnread(requestId: number, bytes: number): void {
    this.#unread.set(requestId, bytes);
    this.#readOrNot();
    if (this.#broken !== undefined) this.#closeOnceRead();
  }

  /**
   * A request is over.
   *
   * @param reusable whether the connection may serve another one
   */
  release(reusable: boolean): void {
    this.#load -= 1;
    this.#served = true;
    this.#released = true;
    if (!reusable) this.#retired = true;
    // Not from within a chunk: what else is in it must not meet the next request.
    if (!this.#receiving) this.#settle();
  }

  /** Keeps the connection with no request on it, without keeping the process alive. */
  park(idleTimeout: number): void {
    this.#parked = true;
    this.#socket.unref();
    this.#idleTimer = startTimer(() => this.close(), idleTimeout)?.unref();
  }

  /** Takes the connection into use again. */
  unpark(): void {
    this.#parked = false;
    clearTimeout(this.#idleTimer);
    this.#socket.ref();
  }

  /**
   * Closes at once.
   *
   * @param error what requests on it fail with, where there may be any
   */
  close(error?: Error): void {
    this.#lose(error === undefined ? {} : { error });
  }

  #isUsable(): boolean {
    return !this.#closed && !this.#retired && this.#broken === undefined && this.table.reusable;
  }

  #receive(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.#receiving = true;
    try {
      this.#watch?.received(chunk);
      // Parts of a header count as well, where it is clear whose it is.
      if (this.table.active === 1) this.table.heard();
      this.#decoder.push(chunk);
      for (let record = this.#decoder.next(); record !== undefined; record = this.#decoder.next()) {
        this.table.receive(record);
      }
      if (this.#parked && this.#decoder.midRecord) throw unasked();
    } catch (error) {
      const concernsRequest = this.table.active > 0;
      this.#lose({ error: error as Error });
      if (!concernsRequest) this.#owner.onError(error as Error);
    } finally {
      this.#receiving = false;
    }
    this.#settle();
  }

  #settle(): void {
    if (!this.#released || this.#closed) return;
    this.#released = false;
    // One that has ended no longer counts among those that must be full.
    this.#readOrNot();
    if (this.#load > 0) {
      // Of no more use itself, it still counts one request less.
      this.#owner.onRoom(this);
    } else if (!this.#isUsable() || this.#decoder.midRecord || this.table.active > 0) {
      this.close();
    } else {
      this.#owner.onRoom(this);
    }
  }

  #readOrNot(): void {
    if (this.#closed) return;
    const { active } = this.table;
    const wasBlocked = this.#blocked;
    const wasPaused = this.#paused;
    this.#blocked = this.#unread.stops(active + 1);
    this.#paused = this.#unread.stops(active);
    const stopsOthers = this.#unread.stopsOthers(active);
    if (!stopsOthers) {
      clearTimeout(this.#unreadTimer);
      this.#unreadTimer = undefined;
    } else {
      this.#unreadTimer ??= startTimer(() => this.#giveUpLargest(), this.#limits.unreadTimeout);
    }
    if (this.#paused !== wasPaused) {
      if (this.#paused) this.#socket.pause();
      else this.#socket.resume();
      this.table.flowChanged();
    }
    if (wasBlocked && !this.#blocked && this.#load > 0) this.#owner.onRoom(this);
  }

  /** Ends the request that holds up the others. */
  #giveUpLargest(): void {
    this.#unreadTimer = undefined;
    const requestId = this.#unread.largest();
    if (requestId !== undefined) this.table.giveUp(requestId);
    this.#readOrNot();
  }

  /** Closes when all that had come before the connection broke has been read. */
  #closeOnceRead(): void {
    // Between two turns of the event loop the system has been asked for it, unless nothing may be read now.
    setImmediate(() => {
      setImmediate(() => {
        if (!this.#paused) this.#lose({ cause: this.#broken });
      });
    });
  }

  #truncation(): Error | undefined {
    try {
      this.#decoder.end();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  #lose(loss: Loss): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#unreadTimer);
    this.#socket.destroy();
    this.#wake();
    // The beginning of an answer has come, even if it is unknown to which request.
    if (this.#decoder.midRecord) this.table.heard();
    this.table.lose(loss);
    this.#owner.onClosed(this);
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const callback of waiters) callback();
  }
}

/** Bytes that are no whole record: they would become part of the answer to the next request. */
function unasked(): FcgiClientError {
  return new FcgiClientError(
    'FCGI_RECORD_UNEXPECTED',
    'The beginning of a record came on a connection with no request on it.',
  );
}
