import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Fault, FaultyApplication } from './faults.ts';
import { Connection } from './reference-connection.ts';

/** An application that does what FastCGI 1.0 says, simply, with the routes of the probe contract; or with one fault. */
export class Reference implements FaultyApplication {
  readonly #fault: Fault | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What some faults let requests see of each other. */
  readonly shared: Array<readonly [string, string]> = [];
  appStatus = 0;

  constructor(fault?: Fault) {
    this.#fault = fault;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      if (this.has('one-connection-at-a-time') && this.#sockets.size > 1) return;
      if (this.has('dies-of-many-connections') && this.#sockets.size > 150) return this.die();
      new Connection(this, socket);
    });
  }

  has(fault: Fault): boolean {
    return this.#fault === fault;
  }

  /** @returns its address */
  async listen(path?: string): Promise<string> {
    await new Promise<void>((resolve) => {
      if (path === undefined) this.#server.listen(0, '127.0.0.1', resolve);
      else this.#server.listen(path, resolve);
    });
    return path === undefined ? `127.0.0.1:${(this.#server.address() as AddressInfo).port}` : `unix:${path}`;
  }

  /** As a process that crashes. */
  die() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
