import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from './requests.ts';

/** What an application sends next, to requests with these ids. */
export type NextPiece = (requestIds: readonly number[]) => Uint8Array;

/** An application that never comes to an end: on every connection it sends piece after piece, until the client closes that. */
export class EndlessApplication {
  readonly #next: NextPiece;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(next: NextPiece) {
    this.#next = next;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Listens on a free port of TCP. */
  static async start(next: NextPiece): Promise<EndlessApplication> {
    const application = new EndlessApplication(next);
    await new Promise<void>((resolve) => application.#server.listen(0, '127.0.0.1', resolve));
    return application;
  }

  /** For the client. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('It does not listen.');
    return `${address.address}:${address.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    const requestIds: number[] = [];
    let bytes = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.setNoDelay();
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 8 && bytes.length >= 8 + bytes.readUInt16BE(4) + bytes[6]!) {
        if (bytes[1] === Type.begin) requestIds.push(bytes.readUInt16BE(2));
        // The first one starts it; those that follow are answered as well from then on.
        if (bytes[1] === Type.begin && requestIds.length === 1) void this.#send(socket, requestIds);
        bytes = bytes.subarray(8 + bytes.readUInt16BE(4) + bytes[6]!);
      }
    });
  }

  async #send(socket: Socket, requestIds: readonly number[]): Promise<void> {
    while (!socket.destroyed) {
      socket.write(this.#next(requestIds));
      await sleep(2);
    }
  }
}
