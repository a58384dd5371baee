import type { Socket } from 'node:dgram';
import diagnostics from 'node:diagnostics_channel';
import type { Notice } from '../application/listen-interception.ts';
import { datagramHandle } from '../datagram-handle.ts';
import { UDP } from '../pool/worker-ports.ts';
import type { Parent } from './parent.ts';
import type { SharedPorts } from './shared-ports.ts';

/** Node tells of each UDP socket that is made. */
const CHANNEL = 'udp.socket';

/** What Node says of a port that it cannot open. */
interface BindError extends NodeJS.ErrnoException {
  readonly address: string;
  readonly port: number;
}

/**
 * The UDP ports that the application of a worker opens. Workers share them as they share {@link SharedPorts}: the first opens one, and
 * the others get its socket from the parent. A datagram reaches one of them, as with `node:cluster`.
 */
export class SharedDatagrams {
  readonly #notice: Notice;
  readonly #parent: Parent;
  readonly #ports: SharedPorts;
  readonly #made = (message: unknown) => this.#watch((message as { readonly socket: Socket }).socket);

  constructor(parent: Parent, ports: SharedPorts, notice: Notice) {
    this.#notice = notice;
    this.#parent = parent;
    this.#ports = ports;
  }

  /** Begins to look at the sockets that the application makes. */
  start(): void {
    diagnostics.subscribe(CHANNEL, this.#made);
  }

  #watch(socket: Socket): void {
    const { bind } = socket;
    const follow = (args: readonly unknown[]) => this.#follow(socket, args);
    socket.bind = (...args: unknown[]) => {
      Reflect.deleteProperty(socket, 'bind');
      // Those that only send bind themselves, to a free port.
      if (wantsPort(args)) follow(args);
      return Reflect.apply(bind, socket, args);
    };
  }

  /** Until it has its port, or has none. */
  #follow(socket: Socket, args: readonly unknown[]): void {
    const { emit } = socket;
    let state: 'asking' | 'opening' = 'opening';
    const end = (event: string, ...values: unknown[]) => {
      Reflect.deleteProperty(socket, 'emit');
      return Reflect.apply(emit, socket, [event, ...values]);
    };
    socket.emit = (event: string | symbol, ...values: unknown[]) => {
      const [error] = values;
      if (event === 'error' && state === 'opening' && isTaken(error)) {
        state = 'asking';
        void this.#share(socket, error).then((isShared) => isShared || end('error', error));
        return true;
      }
      if (event === 'listening') this.#listens(socket, state === 'asking' ? undefined : args);
      if (event === 'close' || event === 'error' || event === 'listening') return end(event, ...values);
      return Reflect.apply(emit, socket, [event, ...values]);
    };
  }

  async #share(socket: Socket, { address, port }: BindError): Promise<boolean> {
    const { handle, is } = await this.#ports.ask(whereOf(address, port));
    if (is === 'shared') {
      // Takes the socket of another process, as `node:cluster` has it do.
      Reflect.apply(socket.bind, socket, [handle]);
      return true;
    }
    this.#notice(
      is === 'exclusive'
        ? `The application opens UDP port ${port} of ${address} for one process alone (exclusive), and another worker has it. Open it without "exclusive", so that the workers share it, or serve the application without --workers.`
        : `The application opens UDP port ${port} of ${address}, which a process that is none of these workers has (EADDRINUSE). End that one, or choose another port. What it is: ss -lunp 'sport = :${port}'`,
    );
    return false;
  }

  /** @param opened the arguments with which this worker has opened the port itself; undefined where the parent has its socket already */
  #listens(socket: Socket, opened: readonly unknown[] | undefined): void {
    const { address, port } = socket.address();
    const where = whereOf(address, port);
    if (opened !== undefined) {
      const handle = isExclusive(opened) ? undefined : datagramHandle(socket);
      this.#parent.tellOfPort({ event: 'opened', fcgi: 'port', where }, handle);
    }
    socket.once('close', () => this.#parent.tell({ event: 'closed', fcgi: 'port', where }));
  }
}

function whereOf(address: string, port: number): string {
  return `${UDP}${address} ${port}`;
}

function isTaken(error: unknown): error is BindError {
  return error instanceof Error && (error as BindError).code === 'EADDRINUSE' && 'port' in error;
}

function wantsPort([first]: readonly unknown[]): boolean {
  return Number(typeof first === 'object' && first !== null ? Reflect.get(first, 'port') : first) > 0;
}

function isExclusive([first]: readonly unknown[]): boolean {
  return typeof first === 'object' && first !== null && Reflect.get(first, 'exclusive') === true;
}
