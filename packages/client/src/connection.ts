import { RecordDecoder } from '@fcgi-js/protocol';
import type { ApplicationSocket } from './application-socket.ts';
import type { RecordWatch } from './record-watch.ts';
import { type Loss, RequestTable } from './request-table.ts';
import { startTimer } from './stall-timer.ts';

/** Who looks after a connection: the pool. */
export interface ConnectionOwner {
  /** All requests on it have ended, and it can take another one. */
  onFree(connection: Connection): void;
  /** It is of no more use. The last event. */
  onClosed(connection: Connection): void;
  /** The application broke a rule that no request can be told about. */
  onError(error: Error): void;
}

/** One connection to the application: records over an open socket. */
export class Connection {
  /** The requests on it. */
  readonly table = new RequestTable();
  readonly #decoder = new RecordDecoder();
  readonly #owner: ConnectionOwner;
  readonly #socket: ApplicationSocket;
  readonly #watch: RecordWatch | undefined;
  readonly #full = new Set<number>();
  #idleTimer: NodeJS.Timeout | undefined;
  #waiters: Array<() => void> = [];
  #broken: Error | undefined;
  #closed = false;
  #parked = false;
  #receiving = false;
  #retired = false;
  #served = false;

  /** @param watch sees every record in both directions; where it throws, the connection is closed */
  constructor(socket: ApplicationSocket, owner: ConnectionOwner, watch: RecordWatch | undefined) {
    this.#socket = socket;
    this.#owner = owner;
    this.#watch = watch;
    let socketError: Error | undefined;
    socket.onChunk = (chunk) => this.#receive(chunk);
    socket.onBroken = (error) => {
      this.#broken = error;
      this.#closeOnceRead();
    };
    socket.on('drain', () => this.#wake());
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

  /** Whether an earlier request ended on it, so that the application may have closed it since. */
  get served(): boolean {
    return this.#served;
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

  /** A request has, or no longer has, as much unread output as it may have. */
  setFull(requestId: number, isFull: boolean): void {
    if (this.#full.has(requestId) === isFull) return;
    if (isFull) this.#full.add(requestId);
    else this.#full.delete(requestId);
    // With one request at a time it may stop the whole connection; several would need to be all full.
    if (this.#full.size > 0) this.#socket.pause();
    else this.#socket.resume();
    if (this.#broken !== undefined) this.#closeOnceRead();
  }

  /**
   * A request is over.
   *
   * @param reusable whether the connection may serve another one
   */
  release(reusable: boolean): void {
    this.#served = true;
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

  #receive(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.#receiving = true;
    try {
      this.table.progress();
      this.#decoder.push(chunk);
      for (let record = this.#decoder.next(); record !== undefined; record = this.#decoder.next()) {
        this.#watch?.received(record);
        this.table.receive(record);
      }
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
    if (this.#closed || !this.#served || this.table.active > 0 || this.#parked) return;
    if (this.#retired || this.#broken !== undefined || this.#decoder.midRecord || !this.table.reusable)
      this.close();
    else this.#owner.onFree(this);
  }

  /** Closes when all that had come before the connection broke has been read. */
  #closeOnceRead(): void {
    // Between two turns of the event loop the system has been asked for it, unless a full request forbids that.
    setImmediate(() => {
      setImmediate(() => {
        if (this.#full.size === 0) this.#lose({ cause: this.#broken });
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
    this.#socket.destroy();
    this.#wake();
    this.table.lose(loss);
    this.#owner.onClosed(this);
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const callback of waiters) callback();
  }
}
