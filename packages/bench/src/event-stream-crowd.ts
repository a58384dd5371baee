import { connect, type Socket } from 'node:net';

/** Browsers that connect at the same time: a listening socket has a queue of limited length. */
const BATCH = 200;
/** Milliseconds that one has to get its first event. */
const PATIENCE = 30_000;
const FIRST_EVENT = 'data: hello\n\n';

/** Where the streams are. */
export interface CrowdTarget {
  readonly host: string;
  readonly port: number;
}

/** Many browsers, each with an event stream that stays open. */
export class EventStreamCrowd {
  #lost = 0;
  readonly #sockets = new Set<Socket>();
  readonly #targets: readonly CrowdTarget[];

  /** @param targets where they go, in turns */
  constructor(targets: readonly CrowdTarget[]) {
    this.#targets = targets;
  }

  /** How many streams have ended although the browser has not left. */
  get lost(): number {
    return this.#lost;
  }

  /**
   * Comes with so many browsers, and waits until each has its first event.
   *
   * @throws Error where one gets another answer
   */
  async come(count: number): Promise<void> {
    for (let come = 0; come < count; come += BATCH) {
      const size = Math.min(BATCH, count - come);
      await Promise.all(Array.from({ length: size }, (_, index) => this.#open(index)));
    }
  }

  /** All leave at once. */
  leave(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #open(index: number): Promise<void> {
    const { host, port } = this.#targets[index % this.#targets.length]!;
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect({ host: '127.0.0.1', port });
      this.#sockets.add(socket);
      const fail = (why: string) => {
        socket.destroy();
        reject(new Error(`An event stream ${why}: ${answer.slice(0, 200)}`));
      };
      socket.setTimeout(PATIENCE, () => fail(`had no event within ${PATIENCE / 1_000} s`));
      socket.on('data', (chunk: Buffer) => {
        answer += chunk.toString('latin1');
        if (!answer.includes(FIRST_EVENT)) return;
        if (!answer.startsWith('HTTP/1.1 200 ')) {
          fail('was refused');
          return;
        }
        socket.setTimeout(0).removeAllListeners('data').resume();
        resolve();
      });
      socket.on('error', ({ message }) => fail(`failed (${message})`));
      socket.on('close', () => {
        // One that left by itself is not among them any more.
        if (this.#sockets.delete(socket)) this.#lost += 1;
        reject(new Error(`An event stream has ended: ${answer.slice(0, 200)}`));
      });
      socket.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
  }
}
