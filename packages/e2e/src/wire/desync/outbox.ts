import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { join } from 'test-support';
import { Random } from '../random.ts';
import { pieces } from './split.ts';

/** Records on their way over one connection: those of several requests mixed, each in its order, cut anywhere. */
export class Outbox {
  readonly #queues = new Map<number, Uint8Array[]>();
  #random = new Random(0);
  readonly #socket: Socket;
  #isSending = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Mixes and cuts in another way from here on. */
  reseed(seed: number): void {
    this.#random = new Random(seed);
  }

  /** Sends records of a request behind those that it has sent. */
  add(id: number, records: readonly Uint8Array[]): void {
    this.#queues.set(id, [...(this.#queues.get(id) ?? []), ...records]);
    if (!this.#isSending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    // Some wait for their turn, so that other answers can overtake them.
    if (this.#random.chance(0.3)) await turn();
    while (this.#queues.size > 0) {
      const batch = join(...this.#take());
      for (const piece of this.#random.chance(0.6) ? [batch] : pieces(batch, this.#random)) {
        this.#socket.write(piece);
        if (this.#random.chance(0.2)) await turn();
      }
    }
    this.#isSending = false;
    if (this.#random.chance(0.02)) this.#socket.end();
  }

  /** The next records, of one request after the other. */
  #take(): Uint8Array[] {
    const random = this.#random;
    const taken: Uint8Array[] = [];
    do {
      const [id, queue] = random.pick([...this.#queues]);
      taken.push(...queue.splice(0, random.pick([1, 5, 100])));
      if (queue.length === 0) this.#queues.delete(id);
    } while (this.#queues.size > 0 && random.chance(0.8));
    return taken;
  }
}
