import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { join, record } from 'test-support';
import { Type } from './requests.ts';

/** What a hostile application does with the next connection that asks for something. */
export interface Attack {
  /** How the connection ends after it. */
  readonly end: 'close' | 'destroy' | 'nothing' | 'reset';
  /** What it sends, in these pieces. */
  readonly pieces: readonly Uint8Array[];
}

const GOOD_HEAD = 'Content-Type: text/plain\r\n\r\n';

/** A whole answer that breaks no rule. */
export function goodAnswer(requestId: number, body: string): Uint8Array {
  return join(
    record(Type.stdout, requestId, GOOD_HEAD + body),
    record(Type.stdout, requestId),
    record(Type.end, requestId, new Uint8Array(8)),
  );
}

/** An application that answers with whatever a test has it send, or else as it should: with the body `good`. */
export class HostileApplication {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #attack: Attack | undefined;
  #attacks: Array<Promise<void>> = [];

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
  }

  /** Listens on TCP, which can be reset. */
  static async start(): Promise<HostileApplication> {
    const application = new HostileApplication();
    await new Promise<void>((resolve) => application.#server.listen(0, '127.0.0.1', resolve));
    return application;
  }

  /** For the client. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('It does not listen.');
    return `${address.address}:${address.port}`;
  }

  /** Attacks the connection that sends something next. */
  attackNext(attack: Attack): void {
    this.#attack = attack;
  }

  /** Behaves from now on, and waits until all that was sent has had its effect. */
  async behave(): Promise<void> {
    this.#attack = undefined;
    await Promise.all(this.#attacks);
    this.#attacks = [];
    for (let i = 0; i < 5; i += 1) await turn();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    let isVictim = false;
    let bytes = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('end', () => socket.end());
    socket.on('data', (chunk: Buffer) => {
      const attack = this.#attack;
      this.#attack = undefined;
      if (attack !== undefined) {
        isVictim = true;
        this.#attacks.push(send(socket, attack));
      } else if (this.#attacks.length === 0) {
        // A connection that is still open when all attacks are over gets good answers again.
        isVictim = false;
      }
      bytes = Buffer.concat([bytes, chunk]);
      for (let length = recordLength(bytes); length <= bytes.length; length = recordLength(bytes)) {
        const isEndOfBody = bytes[1] === Type.stdin && bytes.readUInt16BE(4) === 0;
        if (isEndOfBody && !isVictim) socket.write(goodAnswer(bytes.readUInt16BE(2), 'good'));
        bytes = bytes.subarray(length);
      }
    });
  }
}

function recordLength(bytes: Buffer): number {
  if (bytes.length < 8) return Number.POSITIVE_INFINITY;
  return 8 + bytes.readUInt16BE(4) + (bytes[6] ?? 0);
}

async function send(socket: Socket, { end, pieces }: Attack): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    await turn();
  }
  if (end === 'close') socket.end();
  else if (end === 'destroy') socket.destroy();
  else if (end === 'reset') socket.resetAndDestroy();
}
