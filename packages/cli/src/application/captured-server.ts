import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';

/** Where and how a captured server is served instead of on its port. */
export interface Binding {
  /** What `server.address()` gives: a path for a Unix socket. `null` where nothing tells, as in Node. */
  readonly address: AddressInfo | string | null;
  /** Stops serving; resolves when the requests under way have ended. */
  close(): Promise<void>;
  /** Open connections of the web server. */
  connections(): number;
}

type Callback = (...args: unknown[]) => void;

/**
 * A server of `node:http` that wanted to listen and is served over FastCGI instead. Its own `listening`, `address()`,
 * `close()`, `closeAllConnections()`, `getConnections()` answer as if it listened; what is set on it, such as
 * `timeout`, counts.
 */
export class CapturedServer {
  /** What the application asked for, in words: `port 3000`. */
  readonly wanted: string;
  readonly #server: Server;
  readonly #requests = new Set<IncomingMessage>();
  #binding: Binding | undefined;
  #closing = false;
  #restore = () => {};

  /** @param args what `listen()` was called with */
  constructor(server: Server, args: readonly unknown[]) {
    this.#server = server;
    this.wanted = describeListenArguments(args);
    const callback = args.at(-1);
    if (typeof callback === 'function') server.once('listening', callback as Callback);
    this.#override();
    signalOf(args)?.addEventListener('abort', () => server.close(), { once: true });
  }

  /** Whether the application has closed it. */
  get closed(): boolean {
    return this.#closing;
  }

  /** Whether this is a server that listens, or is about to. */
  isListening(server: NetServer): boolean {
    return this.#server === server && !this.#closing;
  }

  /** The function that answers. */
  get handler(): unknown {
    return this.#server.listeners('request')[0];
  }

  /** Serves one request as the server itself would. */
  readonly listener = (req: IncomingMessage, res: ServerResponse): void => {
    this.#requests.add(req);
    res.once('close', () => this.#requests.delete(req));
    const { timeout } = this.#server;
    if (timeout > 0) {
      req.socket.setTimeout(timeout);
      // Who listens decides what becomes of the request; nobody listening, it is destroyed.
      if (this.#server.listenerCount('timeout') > 0) {
        res.on('timeout', (socket: unknown) => this.#server.emit('timeout', socket));
      }
    }
    if (req.headers.expect === '100-continue' && this.#server.listenerCount('checkContinue') > 0) {
      this.#server.emit('checkContinue', req, res);
    } else {
      this.#server.emit('request', req, res);
    }
  };

  /** The application is being served: the server is `listening`, and says so. */
  bind(binding: Binding): void {
    if (this.#closing) return;
    this.#binding = binding;
    // In a turn of its own, as in Node: what a listener throws is the application's, and stops nobody here.
    process.nextTick(() => {
      if (!this.#closing) this.#server.emit('listening');
    });
  }

  #override(): void {
    const server = this.#server;
    const close = (callback?: Callback) => {
      this.#close(callback);
      return server;
    };
    const values: Record<PropertyKey, (...args: unknown[]) => unknown> = {
      address: () => (this.#binding === undefined || this.#closing ? null : this.#binding.address),
      close: (callback) => close(callback as Callback | undefined),
      closeAllConnections: () => {
        for (const request of this.#requests) request.socket.destroy();
      },
      // Idle connections belong to the web server, which keeps them for its next request.
      closeIdleConnections: () => {},
      getConnections: (callback) => (callback as Callback)(null, this.#binding?.connections() ?? 0),
      ref: () => server,
      unref: () => server,
      // That of `net.Server` looks for a handle, and finds none.
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => close(() => resolve())),
    };
    for (const key of Reflect.ownKeys(values)) {
      Object.defineProperty(server, key, { value: values[key], configurable: true, writable: true });
    }
    Object.defineProperty(server, 'listening', {
      get: () => this.#binding !== undefined && !this.#closing,
      configurable: true,
    });
    this.#restore = () => {
      for (const key of [...Reflect.ownKeys(values), 'listening']) Reflect.deleteProperty(server, key);
    };
  }

  #close(callback: Callback | undefined): void {
    const server = this.#server;
    if (this.#closing || this.#binding === undefined) {
      const notRunning = Object.assign(new Error('Server is not running.'), {
        code: 'ERR_SERVER_NOT_RUNNING',
      });
      if (callback !== undefined) server.once('close', () => callback(notRunning));
    } else if (callback !== undefined) {
      server.once('close', callback);
    }
    if (this.#closing) return;
    this.#closing = true;
    const closed = this.#binding?.close() ?? Promise.resolve();
    void closed.then(() => {
      this.#restore();
      // Node's own finds nothing open, stops its timers, and emits the event.
      server.close();
    });
  }
}

/** What `listen()` is asked for, in words. The ways to call it are many: https://nodejs.org/api/net.html#serverlisten */
export function describeListenArguments([first, second]: readonly unknown[]): string {
  if (typeof first === 'object' && first !== null) {
    const { host, path, port } = first as { host?: unknown; path?: unknown; port?: unknown };
    return typeof path === 'string' ? `"${path}"` : inWords(port, host);
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return `"${first}"`;
  return inWords(first, second);
}

function inWords(port: unknown, host: unknown): string {
  const isNumber = (typeof port === 'number' && port > 0) || (typeof port === 'string' && Number(port) > 0);
  const where = isNumber ? `port ${port}` : 'a free port';
  return typeof host === 'string' && host !== '' ? `${where} of ${host}` : where;
}

function signalOf([first]: readonly unknown[]): AbortSignal | undefined {
  if (typeof first !== 'object' || first === null || !('signal' in first)) return undefined;
  return first.signal instanceof AbortSignal ? first.signal : undefined;
}
