import type { ServerResponse } from 'node:http';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import { REQUEST } from '../fcgi-request-of.ts';
import { closeResponse } from './message-events.ts';
import type { NodeServer } from './node-server.ts';
import { type SocketAddresses, UnconnectedSocket } from './unconnected-socket.ts';

/** What the socket of a request is connected to. */
export interface SocketPeer {
  /** The FastCGI request, if the socket belongs to one. */
  readonly request?: FcgiRequest;
  /** The request object wants bytes of the body. */
  resume(): void;
  /** The response object writes HTTP/1.1. */
  write(data: string | Uint8Array, encoding: BufferEncoding, callback: (() => void) | undefined): boolean;
  /** Nothing came or went for as long as `setTimeout` was told. */
  timedOut(): void;
  /** The application destroys the socket, the request or the response. */
  destroyed(error: Error | undefined): void;
  /** The application has ended the socket: what it has written is all of the response. */
  ended(): void;
  /** The socket is about to emit `close`. */
  closed(): void;
}

/**
 * What an application finds as `req.socket` and `res.socket`: the `net.Socket` of the browser's connection, which belongs
 * to this one request, and passes on what `ServerResponse` writes. It has the members of a `net.Socket` and no others: what
 * the server does with it is in static methods.
 */
export class RequestSocket extends UnconnectedSocket {
  destroyed = false;
  readable = true;
  writable = true;
  writableNeedDrain = false;
  /** Milliseconds; there once `setTimeout()` has been called. */
  declare timeout?: number;
  /** `ServerResponse` keeps itself here while it writes to this socket. */
  _httpMessage: ServerResponse | null = null;
  /** `ServerResponse` asks it before it emits `finish`, which is not to come after `close`. */
  _hadError = false;
  /** For middleware that subscribes to `upgrade` there, or keeps something on it. */
  server: NodeServer;
  #bytesRead = 0;
  #bytesWritten = 0;
  #closeEmitted = false;
  #errored: Error | null = null;
  readonly #peer: SocketPeer;
  #timer: NodeJS.Timeout | undefined;
  #waiting = 0;

  /**
   * @param peer what reads and writes here
   * @param server that the request is emitted on
   */
  constructor(peer: SocketPeer, addresses: SocketAddresses, server: NodeServer) {
    super(addresses);
    this.#peer = peer;
    this.server = server;
  }

  /** What reads and writes at the other side of a socket; undefined where that is not one of ours. */
  static peerOf(socket: unknown): SocketPeer | undefined {
    return typeof socket === 'object' && socket !== null && #peer in socket ? socket.#peer : undefined;
  }

  /** The request is over: `close` follows, once. */
  static close(socket: RequestSocket): void {
    if (RequestSocket.shut(socket)) process.nextTick(RequestSocket.emitClose, socket);
  }

  /**
   * The request is over.
   *
   * @returns whether `close` is to be emitted
   */
  static shut(socket: RequestSocket): boolean {
    if (socket.destroyed) return false;
    socket.#shut();
    return true;
  }

  /** Something was written, here or past it; `flowing`: and more can be written. */
  static wrote(socket: RequestSocket, length: number, flowing: boolean): void {
    socket.#active();
    socket.#bytesWritten += length;
    if (flowing) {
      socket.#waiting = 0;
    } else {
      socket.#waiting += length;
      socket.writableNeedDrain = true;
    }
  }

  /** The web server has caught up. */
  static drained(socket: RequestSocket): void {
    socket.#waiting = 0;
    socket.writableNeedDrain = false;
    socket.emit('drain');
  }

  /** Emits `close`, unless that has been done. */
  static emitClose(socket: RequestSocket): void {
    if (socket.#closeEmitted) return;
    socket.#closeEmitted = true;
    socket.#peer.closed();
    // As the listener does that `assignSocket()` adds.
    if (socket._httpMessage !== null) closeResponse(socket._httpMessage);
    socket.emit('close', socket.#errored !== null);
  }

  /** Bytes came or went: the time-out begins anew. */
  static touch(socket: RequestSocket, bytesRead: number): void {
    socket.#bytesRead += bytesRead;
    socket.#active();
  }

  get [REQUEST](): FcgiRequest | undefined {
    return this.#peer.request;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  get closed(): boolean {
    return this.destroyed;
  }

  get errored(): Error | null {
    return this.#errored;
  }

  get bufferSize(): number {
    return this.#waiting;
  }

  get readyState(): string {
    if (this.destroyed) return 'closed';
    return this.writable ? 'open' : 'readOnly';
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

  write(
    data: string | Uint8Array,
    encodingOrCallback?: BufferEncoding | ((error?: Error) => void) | null,
    callback?: ((error?: Error) => void) | null,
  ): boolean {
    const done = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
    const encoding = typeof encodingOrCallback === 'string' ? encodingOrCallback : 'utf8';
    const flowing = this.#peer.write(data, encoding, typeof done === 'function' ? done : undefined);
    RequestSocket.wrote(this, data.length, flowing);
    return flowing;
  }

  end(
    data?: string | Uint8Array | (() => void),
    encoding?: BufferEncoding | (() => void),
    callback?: () => void,
  ): this {
    if (typeof data === 'string' || data instanceof Uint8Array) {
      this.write(data, typeof encoding === 'string' ? encoding : undefined);
    }
    const done = [data, encoding, callback].find((argument) => typeof argument === 'function');
    if (typeof done === 'function') this.once('finish', done);
    if (this.destroyed) return this;
    this.#shut();
    this.#peer.ended();
    setImmediate(emitEnd, this);
    return this;
  }

  destroySoon(): void {
    this.end();
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.#errored = error ?? null;
    this.#peer.destroyed(error);
    this.#shut();
    // Later than what is called back because of this, as on a socket of the system.
    setImmediate(RequestSocket.emitClose, this);
    return this;
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  resume(): this {
    if (!this.destroyed) this.#peer.resume();
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
        this.#peer.timedOut();
      }, milliseconds);
      this.#timer.unref();
    }
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

// Else errors and `console.log()` would name our class.
Reflect.deleteProperty(RequestSocket.prototype, 'constructor');

function emitEnd(socket: RequestSocket): void {
  socket.emit('finish');
  RequestSocket.emitClose(socket);
}
