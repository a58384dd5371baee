import { isPassedConnection, type PassedConnection } from '../passed-connection.ts';
import { howItEnded, startProcess } from '../process/start-process.ts';
import { programFile } from '../programs.ts';

/** What a listener is made of. */
export interface DemandListenerOptions {
  /** Connections that may wait; default as many as the system allows. */
  readonly backlog: number | undefined;
  /** Called with each connection that comes, unread. */
  readonly accepted: (connection: PassedConnection) => void;
  readonly say: (message: string) => void;
  /** The descriptor of the listening socket. */
  readonly socket: number;
}

/** A listening socket without anything of Node around it. Node does not document it: it is looked for before it is used. */
interface BareListener {
  close(): void;
  listen(backlog: number): number;
  onconnection: (status: number, connection: unknown) => void;
}

/** The descriptor on which the helper finds the socket. */
export const HELPER_SOCKET = 3;

/** The most that can be asked for. */
const BACKLOG = 0x7fff_ffff;
/** Milliseconds after which it is tried again to listen. */
const RETRY = 1_000;

/**
 * Tells that connections come to the held socket. A process that begins to accept on a socket can only stop by closing it,
 * so this is done with a duplicate of it, which the system makes when a short-lived process sends back what it was given. Until that
 * is there, connections wait in the socket.
 */
export class DemandListener {
  readonly #options: DemandListenerOptions;
  #listener: BareListener | undefined;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DemandListenerOptions) {
    this.#options = options;
    this.#duplicate();
  }

  /** No more connections are taken. Those that wait in the socket wait on. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listener?.close();
    this.#listener = undefined;
  }

  #duplicate(): void {
    const { socket } = this.#options;
    let hasCome = false;
    const helper = startProcess(process.execPath, [programFile('duplicate-socket')], {
      // That of this process may be gone.
      cwd: '/',
      failed: (reason) => this.#tryAgain(reason),
      stdio: ['ignore', 'ignore', 'inherit', socket, 'ipc'],
    });
    helper?.once('message', (_message, handle: unknown) => {
      hasCome = isBareListener(handle) && this.#listen(handle);
    });
    helper?.once('close', (status, signal) => {
      if (!hasCome) this.#tryAgain(howItEnded(status, signal));
    });
  }

  /** Whether this is done. */
  #listen(listener: BareListener): boolean {
    if (this.#isClosed) {
      listener.close();
      return true;
    }
    listener.onconnection = (_status, connection) => {
      if (isPassedConnection(connection)) this.#options.accepted(connection);
    };
    if (listener.listen(this.#options.backlog ?? BACKLOG) !== 0) {
      listener.close();
      return false;
    }
    this.#listener = listener;
    return true;
  }

  #tryAgain(reason: string): void {
    if (this.#isClosed) return;
    this.#options.say(`cannot wait for connections yet, which are kept: ${reason}`);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#duplicate(), RETRY);
  }
}

function isBareListener(given: unknown): given is BareListener {
  if (typeof given !== 'object' || given === null) return false;
  return ['close', 'listen'].every((name) => typeof Reflect.get(given, name) === 'function');
}
