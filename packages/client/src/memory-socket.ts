import { Duplex } from 'node:stream';
import { FcgiConnectError } from './request-errors.ts';
import { isBrokenPipe, type Transport } from './transport.ts';

/** A FastCGI server in this process that serves any stream as a connection, such as `createServer()` of `@fcgi-js/server`. */
export interface FcgiAcceptor {
  /** Serves a connection: bytes of a web server in, bytes for it out. */
  accept(stream: Duplex): void;
}

/** Stands for the address of a server in this process. */
export const IN_THIS_PROCESS = 'in this process';

/**
 * One end of a connection inside this process. What one end writes the other one reads, a turn later, and no
 * faster than it reads; an end that is destroyed ends the other one, as with sockets.
 */
export class MemorySocket extends Duplex implements Transport {
  /** Told once that writing has failed, because the other end has gone; what came before can still be read. */
  onBroken: (error: Error) => void = () => {};
  #isBroken = false;
  #hasOwner = false;
  #other: MemorySocket | undefined;
  /** To be called when the other end has room for what was written to it. */
  #onRead: ((error?: Error | null) => void) | undefined;

  /** Joins two ends. */
  static pair(): [MemorySocket, MemorySocket] {
    const [one, other] = [new MemorySocket(), new MemorySocket()];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  /** Sets who gets every chunk. */
  set onChunk(take: (chunk: Uint8Array) => void) {
    this.#hasOwner = true;
    this.on('data', take);
  }

  /** There is nothing that keeps the process alive. */
  ref(): this {
    return this;
  }

  /** As {@link ref}. */
  unref(): this {
    return this;
  }

  override destroy(error?: Error): this {
    if (!this.#hasOwner || this.#isBroken || !isBrokenPipe(error)) return super.destroy(error);
    this.#isBroken = true;
    this.onBroken(error);
    return this;
  }

  override _read(): void {
    this.#taken();
  }

  override _write(
    chunk: Uint8Array,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    // Not at once: a socket answers no sooner than in the next turn, and callers rely on that.
    process.nextTick(() => {
      const other = this.#other;
      if (other === undefined || other.destroyed || other.readableEnded) return callback(brokenPipe());
      // Who reads at once may destroy its end over what it reads: the bytes have arrived nonetheless.
      if (other.push(chunk) || other.destroyed) callback();
      else other.#onRead = callback;
    });
  }

  override _final(callback: (error?: Error | null) => void): void {
    process.nextTick(() => {
      this.#other?.push(null);
      callback();
    });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const other = this.#other;
    this.#other = undefined;
    this.#taken(brokenPipe());
    callback(error);
    process.nextTick(() => {
      if (other !== undefined && !other.destroyed && !other.readableEnded) other.push(null);
    });
  }

  #taken(error?: Error): void {
    const callback = this.#onRead;
    this.#onRead = undefined;
    callback?.(error);
  }
}

/**
 * Opens a connection to a server in this process.
 *
 * @throws FcgiConnectError where the server does not take it
 */
export function openMemorySocket(server: FcgiAcceptor): MemorySocket {
  const [near, far] = MemorySocket.pair();
  try {
    server.accept(far);
  } catch (cause) {
    throw new FcgiConnectError(IN_THIS_PROCESS, cause as Error);
  }
  return near;
}

function brokenPipe(): Error {
  return Object.assign(new Error('The other end of the connection has gone.'), { code: 'EPIPE' });
}
