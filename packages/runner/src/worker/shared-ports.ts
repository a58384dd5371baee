import type { AddressInfo, Server } from 'node:net';
import { openArguments } from '../application/listen-arguments.ts';
import type { Notice } from '../application/listen-interception.ts';
import type { Listen } from '../application/made-up-address.ts';
import type { PortAnswer } from '../pool/worker-ports.ts';
import { keepPathOfSuccessor } from './kept-path.ts';
import type { Parent } from './parent.ts';

/** What Node says of a port that it cannot open. */
interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

/** The answer of the parent, and the socket that may come with it. */
export interface Answer {
  readonly handle: unknown;
  readonly is: PortAnswer;
}

/** Milliseconds; that it is open is all that counts. */
const ASKING = 60_000;

/**
 * The ports that the application of a worker opens beside the socket that is served. Node opens them. Where another worker has one
 * already, the parent has its socket, and this worker listens on that one, too.
 *
 * ```text
 * opening ──listening──> open ──close──> closed
 *    │                    ^
 *    └─EADDRINUSE─> asking ──> sharing
 *                     └──> failed
 * ```
 */
export class SharedPorts {
  readonly #asked = new Map<string, Array<(answer: Answer) => void>>();
  readonly #notice: Notice;
  readonly #parent: Parent;

  constructor(parent: Parent, notice: Notice) {
    this.#notice = notice;
    this.#parent = parent;
    parent.onMessage((message, handle) => {
      if (message.fcgi !== 'port') return;
      const [answered, ...others] = this.#asked.get(message.where) ?? [];
      this.#asked.set(message.where, others);
      answered?.({ handle, is: message.is });
    });
  }

  /** Node's way to open a port, with ports that are shared. */
  around(listen: Listen): Listen {
    const watch = (server: Server, args: readonly unknown[]) => this.#watch(server, args, listen);
    return function (...args) {
      watch(this, args);
      return Reflect.apply(listen, this, args);
    };
  }

  #watch(server: Server, args: readonly unknown[], listen: Listen): void {
    const { emit } = server;
    const isOwn = Object.hasOwn(server, 'emit');
    let state: 'asking' | 'failed' | 'opening' | 'sharing' = 'opening';
    const restore = () => {
      if (isOwn) server.emit = emit;
      else Reflect.deleteProperty(server, 'emit');
    };
    const end = (event: string, ...values: unknown[]) => {
      restore();
      return Reflect.apply(emit, server, [event, ...values]);
    };
    const ask = async (error: ListenError) => {
      const where = whereOf(error);
      const { handle, is } = await this.ask(where);
      if (state !== 'asking') return this.#forget(where, handle);
      if (is === 'shared') {
        state = 'sharing';
        return Reflect.apply(listen, server, [handle]);
      }
      state = 'failed';
      if (is === 'exclusive') {
        this.#notice(takenByWorker(error));
        return end('error', error);
      }
      // Who had it may have gone meanwhile.
      return Reflect.apply(listen, server, openArguments(args, undefined));
    };
    server.emit = (event: string | symbol, ...values: unknown[]) => {
      const [error] = values;
      if (event === 'error' && isTaken(error)) {
        if (state === 'opening' && error.port !== -1) {
          state = 'asking';
          void ask(error);
          return true;
        }
        this.#notice(error.port === -1 ? takenPath(error) : takenByOther(error));
      }
      if (event === 'close') state = 'failed';
      if (event === 'listening') this.#listens(server, state === 'sharing' ? undefined : args);
      if (event === 'close' || event === 'error' || event === 'listening') return end(event, ...values);
      return Reflect.apply(emit, server, [event, ...values]);
    };
  }

  /** Asks the parent for a port that another process has. */
  ask(where: string): Promise<Answer> {
    // The start of the application is not over until then, and a process that waits for its only server goes on.
    const waiting = setInterval(() => {}, ASKING);
    return new Promise<Answer>((resolve) => {
      this.#asked.set(where, [...(this.#asked.get(where) ?? []), resolve]);
      this.#parent.tell({ event: 'wanted', fcgi: 'port', where });
    }).finally(() => clearInterval(waiting));
  }

  /** @param opened the arguments with which this worker has opened the port itself; undefined where the parent has its socket already */
  #listens(server: Server, opened: readonly unknown[] | undefined): void {
    const address = server.address();
    // An abstract socket has no file.
    if (typeof address === 'string' && !address.startsWith('\0')) keepPathOfSuccessor(server, address);
    if (typeof address !== 'object' || address === null) return;
    const where = whereOf(address);
    if (opened !== undefined) {
      const handle: unknown = isExclusive(opened) ? undefined : Reflect.get(server, '_handle');
      this.#parent.tellOfPort({ event: 'opened', fcgi: 'port', where }, handle);
    }
    server.once('close', () => this.#parent.tell({ event: 'closed', fcgi: 'port', where }));
  }

  /** The application has closed the server before the answer came. */
  #forget(where: string, handle: unknown): void {
    if (typeof handle !== 'object' || handle === null) return;
    Reflect.apply(Reflect.get(handle, 'close'), handle, []);
    this.#parent.tell({ event: 'closed', fcgi: 'port', where });
  }
}

function whereOf({ address = '', port = -1 }: ListenError | AddressInfo): string {
  return `${address} ${port}`;
}

function isTaken(error: unknown): error is ListenError {
  return error instanceof Error && (error as ListenError).code === 'EADDRINUSE';
}

function isExclusive([first]: readonly unknown[]): boolean {
  return typeof first === 'object' && first !== null && Reflect.get(first, 'exclusive') === true;
}

function takenByWorker({ address, port }: ListenError): string {
  return `The application opens port ${port} of ${address} for one process alone (exclusive), and another worker has it. Open it without "exclusive", so that the workers share it, or serve the application without --workers.`;
}

function takenByOther({ address, port }: ListenError): string {
  return `The application opens port ${port} of ${address}, which a process that is none of these workers has (EADDRINUSE). End that one, or choose another port. What it is: ss -ltnp 'sport = :${port}'`;
}

function takenPath({ address }: ListenError): string {
  return `The application opens the Unix socket ${address}, which another worker or another process has (EADDRINUSE). Workers share ports, and not paths: put process.pid into the name, or listen on a port.`;
}
