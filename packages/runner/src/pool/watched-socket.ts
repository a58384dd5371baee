import type { HeldSocket } from './held-socket.ts';
import { SocketFileWatch } from './socket-file-watch.ts';

/** What becomes of a socket whose file has gone. */
export interface WatchedSocketOptions {
  /** Opens another one. @throws RunnerError why it cannot */
  readonly reopen: (address: string) => Promise<HeldSocket>;
  /** The workers from before still serve the socket from before, which this process gives up after that. */
  readonly renewed: (socket: HeldSocket) => void;
  readonly say: (message: string) => void;
}

/** A socket that workers accept on, whose file is looked after while this process is the one that serves. */
export class WatchedSocket {
  readonly #options: WatchedSocketOptions;
  #held: HeldSocket;
  #watch: SocketFileWatch | undefined;

  constructor(held: HeldSocket, options: WatchedSocketOptions) {
    this.#held = held;
    this.#options = options;
  }

  /** The one of now. */
  get held(): HeldSocket {
    return this.#held;
  }

  /** Looks after the file. */
  takePlace(): void {
    const { address } = this.#held;
    if (!address.startsWith('unix:')) return;
    this.#watch = new SocketFileWatch({
      address,
      isGone: () => this.#held.isGone(),
      renew: () => this.#renew(),
      say: this.#options.say,
    });
  }

  /** Leaves the file alone while another process starts on this socket; resolves when none is being opened. */
  async holdStill(): Promise<void> {
    await this.#watch?.pause();
  }

  /** Looks after the file again, because that process has not started. */
  goOn(): void {
    this.#watch?.resume();
  }

  /** Looks after the file no more. */
  async letGo(): Promise<void> {
    await this.#watch?.stop();
  }

  async #renew(): Promise<void> {
    const before = this.#held;
    this.#held = await this.#options.reopen(before.address);
    this.#options.renewed(this.#held);
    before.close();
  }
}
