import { Socket } from 'node:net';
import { getDefaultHighWaterMark, Readable, type Stream } from 'node:stream';

/** Both ends of the browser's connection, as the web server tells them. */
export interface SocketAddresses {
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

/** Bytes that a request object holds before it stops wanting more, and a response before `write()` gives false. */
const HIGH_WATER_MARK = getDefaultHighWaterMark(false);

/**
 * Constructed as nothing; its instances inherit from `net.Socket`. The constructor of `net.Socket` makes two streams and looks
 * for a handle of the system, which takes several times as long as all the rest of a request's objects; that of an emitter of
 * events sets what the prototype has.
 */
const Nothing = class {} as new () => Stream;
Object.setPrototypeOf(Nothing.prototype, Socket.prototype);

/** What a `net.Socket` that belongs to no connection of the system has, whatever becomes of it: addresses, and members that do nothing. */
export class UnconnectedSocket extends Nothing {
  connecting = false;
  writableCorked = 0;
  allowHalfOpen = true;
  /** `ServerResponse.end()` sets its `corked`. */
  readonly _writableState = { corked: 0 };
  readonly #addresses: SocketAddresses;
  #readableState: object | undefined;

  constructor(addresses: SocketAddresses) {
    super();
    this.#addresses = addresses;
  }

  /** For what Node's `Readable` does with its listeners; few sockets are asked for it. */
  get _readableState(): object | undefined {
    this.#readableState ??= Reflect.get(new Readable(), '_readableState');
    return this.#readableState;
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

  get localFamily(): string | undefined {
    return family(this.localAddress);
  }

  get pending(): boolean {
    return false;
  }

  get readableEnded(): boolean {
    return false;
  }

  get readableHighWaterMark(): number {
    return HIGH_WATER_MARK;
  }

  get readableObjectMode(): boolean {
    return false;
  }

  get remoteFamily(): string | undefined {
    return family(this.remoteAddress);
  }

  get writableHighWaterMark(): number {
    return HIGH_WATER_MARK;
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

  pause(): this {
    return this;
  }

  read(): null {
    return null;
  }

  setDefaultEncoding(): this {
    return this;
  }

  setEncoding(): never {
    throw Object.assign(
      new Error('The encoding of the socket cannot be changed: HTTP is read from it (RFC 9112 §2.2).'),
      { code: 'ERR_HTTP_SOCKET_ENCODING' },
    );
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
}

// Else errors and `console.log()` would name our classes.
for (const { prototype } of [Nothing, UnconnectedSocket]) Reflect.deleteProperty(prototype, 'constructor');

function family(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return address.includes(':') ? 'IPv6' : 'IPv4';
}
