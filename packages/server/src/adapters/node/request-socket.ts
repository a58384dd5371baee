import type { Server, ServerResponse } from 'node:http';
import { getDefaultHighWaterMark, Stream } from 'node:stream';
import { http } from '../../node-http.ts';

/** What the socket of a request is connected to. */
export interface SocketPeer {
  /** The request object wants bytes of the body. */
  resume(): void;
  /** The response object writes HTTP/1.1. */
  write(data: string | Uint8Array, encoding: BufferEncoding, callback: (() => void) | undefined): boolean;
  /** Nothing came or went for as long as `setTimeout` was told. */
  timedOut(): void;
  /** The application destroys the socket, the request or the response. */
  destroyed(error: Error | undefined): void;
  /** The socket is about to emit `close`. */
  closed(): void;
}

/** Both ends of the browser's connection, as the web server tells them. */
export interface SocketAddresses {
  readonly encrypted: boolean;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

/** Bytes that a request object holds before it stops wanting more, and a response before `write()` gives false. */
const HIGH_WATER_MARK = getDefaultHighWaterMark(false);

/** What stands for the server of all requests: no web server passes on what it would be asked for. */
let neverListening: Server | undefined;

/**
 * What an application finds as `req.socket` and `res.socket`: looks like the `net.Socket` (or `TLSSocket`) of
 * the browser's connection, belongs to this one request, and passes on what `ServerResponse` writes.
 */
export class RequestSocket extends Stream {
  readonly readableHighWaterMark = HIGH_WATER_MARK;
  readonly writableHighWaterMark = HIGH_WATER_MARK;
  readonly connecting = false;
  readonly pending = false;
  destroyed = false;
  errored: Error | null = null;
  readable = true;
  writable = true;
  writableCorked = 0;
  writableNeedDrain = false;
  bytesRead = 0;
  bytesWritten = 0;
  timeout = 0;
  /** `ServerResponse` keeps itself here while it writes to this socket. */
  _httpMessage: ServerResponse | null = null;
  /** `ServerResponse` asks it before it emits `finish`, which is not to come after `close`. */
  _hadError = false;
  /** `ServerResponse.end()` sets its `corked`. */
  readonly _writableState = { corked: 0 };
  /** What reads and writes here. */
  readonly peer: SocketPeer;
  readonly #addresses: SocketAddresses;
  #timer: NodeJS.Timeout | undefined;
  #closeEmitted = false;
  #waiting = 0;

  constructor(peer: SocketPeer, addresses: SocketAddresses) {
    super();
    this.peer = peer;
    this.#addresses = addresses;
  }

  get encrypted(): boolean {
    return this.#addresses.encrypted;
  }

  get localAddress(): string | undefined {
    return this.#addresses.localAddress;
  }

  get localPort(): number | undefined {
    return this.#addresses.localPort;
  }

  get remoteAddress(): string | undefined {
    return this.#addresses.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#addresses.remotePort;
  }

  get closed(): boolean {
    return this.destroyed;
  }

  get allowHalfOpen(): boolean {
    return true;
  }

  get localFamily(): string | undefined {
    return family(this.localAddress);
  }

  get readyState(): string {
    if (this.destroyed) return 'closed';
    return this.writable ? 'open' : 'readOnly';
  }

  get readableEnded(): boolean {
    return false;
  }

  get readableObjectMode(): boolean {
    return false;
  }

  get remoteFamily(): string | undefined {
    return family(this.remoteAddress);
  }

  /** For middleware that looks for its server here, to subscribe to `upgrade` or to keep something on it. */
  get server(): Server {
    neverListening ??= new http.Server();
    return neverListening;
  }

  get writableEnded(): boolean {
    return !this.writable;
  }

  get writableFinished(): boolean {
    return !this.writable;
  }

  /** What was written since the web server has been taking bytes slower than they come. */
  get writableLength(): number {
    return this.#waiting;
  }

  get writableObjectMode(): boolean {
    return false;
  }

  address(): { address?: string; family?: string; port?: number } {
    const { localAddress, localFamily, localPort } = this;
    if (localAddress === undefined || localFamily === undefined || localPort === undefined) return {};
    return { address: localAddress, family: localFamily, port: localPort };
  }

  cork(): void {
    this.writableCorked += 1;
  }

  uncork(): void {
    this.writableCorked = Math.max(0, this.writableCorked - 1);
  }

  write(
    data: string | Uint8Array,
    encodingOrCallback?: BufferEncoding | ((error?: Error) => void) | null,
    callback?: ((error?: Error) => void) | null,
  ): boolean {
    const done = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
    const encoding = typeof encodingOrCallback === 'string' ? encodingOrCallback : 'utf8';
    this.#active();
    this.bytesWritten += data.length;
    const flowing = this.peer.write(data, encoding, typeof done === 'function' ? done : undefined);
    if (flowing) {
      this.#waiting = 0;
    } else {
      this.#waiting += data.length;
      this.writableNeedDrain = true;
    }
    return flowing;
  }

  end(data?: string | Uint8Array | (() => void), encoding?: BufferEncoding | (() => void)): this {
    if (typeof data === 'string' || data instanceof Uint8Array) {
      this.write(data, typeof encoding === 'string' ? encoding : undefined);
    }
    // Nothing but the response is written here, and the response says itself when it has ended.
    this.destroySoon();
    return this;
  }

  destroySoon(): void {
    this.destroy();
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.errored = error ?? null;
    this.peer.destroyed(error);
    this.#shut();
    // Later than what is called back because of this, as on a socket of the system.
    setImmediate(emitClose, this);
    return this;
  }

  /** The request is over: `close` follows, once. */
  close(): void {
    if (this.destroyed) return;
    this.#shut();
    process.nextTick(emitClose, this);
  }

  /** The web server has caught up. */
  drained(): void {
    this.#waiting = 0;
    this.writableNeedDrain = false;
    this.emit('drain');
  }

  /** Emits `close`, unless that has been done. */
  emitClose(): void {
    if (this.#closeEmitted) return;
    this.#closeEmitted = true;
    this.peer.closed();
    this.emit('close', false);
  }

  pause(): this {
    return this;
  }

  resume(): this {
    if (!this.destroyed) this.peer.resume();
    return this;
  }

  setTimeout(milliseconds: number, callback?: () => void): this {
    this.timeout = milliseconds;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (callback !== undefined) {
      if (milliseconds === 0) this.off('timeout', callback);
      else this.once('timeout', callback);
    }
    if (milliseconds > 0 && !this.destroyed) {
      this.#timer = setTimeout(() => {
        this.emit('timeout');
        this.peer.timedOut();
      }, milliseconds);
      this.#timer.unref();
    }
    return this;
  }

  /** Bytes came or went: the time-out begins anew. */
  touch(bytesRead: number): void {
    this.bytesRead += bytesRead;
    this.#active();
  }

  setEncoding(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #shut(): void {
    this.destroyed = true;
    this.readable = false;
    this.writable = false;
    clearTimeout(this.#timer);
  }

  #active(): void {
    this.#timer?.refresh();
  }
}

function emitClose(socket: RequestSocket): void {
  socket.emitClose();
}

function family(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return address.includes(':') ? 'IPv6' : 'IPv4';
}
