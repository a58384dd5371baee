import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { type Bytes, join } from 'test-support';
import { Answer } from './answer.ts';
import { type ReceivedRecord, ReceivedRecords } from './received-records.ts';

/** How a connection is made. */
export interface ConnectionOptions {
  /** Whether STDOUT is kept or only counted, default true. */
  readonly keepBodies?: boolean;
  /** The address to connect from, for TCP. */
  readonly localAddress?: string;
}

/** Where an application listens. */
export type Target = { readonly path: string } | { readonly host: string; readonly port: number };

/**
 * Milliseconds without a byte after which what is waited for does not come any more. How long all of it takes has no limit here:
 * that depends on the machine.
 */
const PATIENCE = 30_000;

/**
 * A connection of a web server, with bytes in the place of a web server: what is sent is up to the test, what comes
 * is read strictly and sorted by request.
 */
export class WireConnection {
  readonly #socket: Socket;
  readonly #records = new ReceivedRecords();
  readonly #keepBodies: boolean;
  readonly #open = new Map<number, Answer>();
  readonly #answers: Answer[] = [];
  readonly #management: ReceivedRecord[] = [];
  readonly #waiting = new Set<() => void>();
  #received = 0;
  #finished = false;
  #closed = false;
  #error: Error | undefined;

  private constructor(socket: Socket, keepBodies: boolean) {
    this.#socket = socket;
    this.#keepBodies = keepBodies;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => {
      this.#finished = true;
      this.#wake();
    });
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** Connects. */
  static open(target: Target, options: ConnectionOptions = {}): Promise<WireConnection> {
    const { keepBodies = true, localAddress } = options;
    const where: NetConnectOpts =
      'path' in target ? target : { ...target, ...(localAddress === undefined ? {} : { localAddress }) };
    return new Promise((resolve, reject) => {
      const socket = connect({ ...where, allowHalfOpen: true, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new WireConnection(socket, keepBodies));
      });
    });
  }

  /** Bytes received so far. */
  get received(): number {
    return this.#received;
  }

  /** Bytes that have left. */
  get left(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Bytes that have been sent but not yet left. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Answers that are complete and have not been taken. */
  get answers(): readonly Answer[] {
    return this.#answers;
  }

  /** Answers that have begun and have no END_REQUEST. */
  get unfinished(): readonly Answer[] {
    return [...this.#open.values()];
  }

  /** Whether the application has sent its FIN, or the connection is gone. */
  get hasEnded(): boolean {
    return this.#finished || this.#closed;
  }

  /** What broke the connection, if something did. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Sends bytes. */
  send(...parts: readonly Bytes[]): void {
    this.#socket.write(join(...parts));
  }

  /**
   * Sends an array as it is, without copying it.
   *
   * @returns false where it is better to wait for {@link sent} before going on
   */
  sendArray(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  /** Waits until all that was sent has left, or the connection is gone. */
  async sent(): Promise<void> {
    if (this.#socket.writableLength === 0 || this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#socket.write('', () => resolve());
    });
  }

  /** Sends a FIN: nothing more will be sent, but answers are still read. */
  finish(): void {
    this.#socket.end();
  }

  /** Closes the connection at once. */
  close(): void {
    this.#socket.destroy();
  }

  /** Resets the connection (TCP only; Unix sockets have no such thing). */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#socket.resume();
  }

  /**
   * The next complete answer.
   *
   * @param id of this request; default whichever comes first
   * @throws Error where none comes, or the application broke the protocol
   */
  answer(id?: number): Promise<Answer> {
    const what = `an answer${id === undefined ? '' : ` to request ${id}`}`;
    return this.#until(() => {
      const index = this.#answers.findIndex((answer) => id === undefined || answer.id === id);
      return index === -1 ? undefined : this.#answers.splice(index, 1)[0];
    }, what);
  }

  /** The next management record. */
  management(): Promise<ReceivedRecord> {
    return this.#until(() => this.#management.shift(), 'a management record');
  }

  /** Waits until something holds; it is checked whenever bytes come and when the connection ends. */
  async reached(holds: () => boolean, what: string): Promise<void> {
    await this.#until(() => holds() || undefined, what);
  }

  /**
   * Waits until the application has closed its side.
   *
   * @returns `'end'` for a FIN, or the code of the error that ended the connection
   */
  async end(): Promise<string> {
    await this.#poll(() => this.hasEnded || undefined, 'the end of the connection');
    if (this.#finished) return 'end';
    return this.#error === undefined ? 'end' : ((this.#error as NodeJS.ErrnoException).code ?? 'error');
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.length;
    try {
      for (const record of this.#records.push(chunk)) this.#sort(record);
    } catch (error) {
      this.#error ??= error as Error;
      this.#socket.destroy();
    }
    this.#wake();
  }

  #sort(record: ReceivedRecord): void {
    if (record.id === 0) {
      this.#management.push(record);
      return;
    }
    let answer = this.#open.get(record.id);
    if (answer === undefined) {
      answer = new Answer(record.id, this.#keepBodies);
      this.#open.set(record.id, answer);
    }
    answer.add(record);
    if (answer.complete) {
      this.#open.delete(record.id);
      this.#answers.push(answer);
    }
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }

  #until<T>(check: () => T | undefined, what: string): Promise<T> {
    return this.#poll(() => {
      const found = check();
      if (found === undefined && this.hasEnded) throw this.#lost(what);
      return found;
    }, what);
  }

  #poll<T>(check: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = () => {
        timer.refresh();
        try {
          const found = check();
          if (found !== undefined) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const timer = setTimeout(() => {
        settle(() =>
          reject(new Error(`There was not ${what} after ${PATIENCE} ms of silence. ${this.#situation()}`)),
        );
      }, PATIENCE);
      this.#waiting.add(look);
      look();
    });
  }

  #lost(what: string): Error {
    return new Error(`The connection ended before ${what} came. ${this.#situation()}`, {
      cause: this.#error,
    });
  }

  #situation(): string {
    const begun = this.unfinished.map((answer) => `${answer.id}: ${answer.records}`).join('; ');
    return `Received: ${this.#received} bytes, ${this.#records.incomplete} of them of a record that is not complete; answers begun: ${begun || 'none'}; ${this.#error === undefined ? 'no error' : String(this.#error)}.`;
  }
}
