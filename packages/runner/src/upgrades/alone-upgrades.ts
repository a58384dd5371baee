import type { RunOptions } from '../options/run-options.ts';
import { type HeldSocket, openSocket } from '../pool/held-socket.ts';
import { openUpgradeSocket } from '../pool/pool-socket.ts';
import { SocketFileWatch } from '../pool/socket-file-watch.ts';
import { type LaunchSettings, socketOptions } from '../process/launch-settings.ts';
import type { Service } from '../serve-application.ts';

/** The socket of upgrades of one process that serves without a parent. It is opened before the process gives up rights. */
export class AloneUpgrades {
  #file: SocketFileWatch | undefined;
  readonly #launch: LaunchSettings;
  readonly #options: RunOptions;
  #socket: HeldSocket;

  /**
   * @returns undefined where upgrades are not served
   * @throws RunnerError where the socket cannot be opened
   */
  static async open(options: RunOptions, launch: LaunchSettings): Promise<AloneUpgrades | undefined> {
    const socket = await openUpgradeSocket(options, launch);
    return socket && new AloneUpgrades(socket, options, launch);
  }

  private constructor(socket: HeldSocket, options: RunOptions, launch: LaunchSettings) {
    this.#socket = socket;
    this.#options = options;
    this.#launch = launch;
    // However it ends: what the application throws ends this process at once.
    process.once('exit', () => this.#socket.unpublish());
  }

  /** Where upgrades are served. */
  get address(): string {
    return this.#socket.address;
  }

  /** The descriptor that is listened on. */
  get fd(): number {
    return this.#socket.fd;
  }

  /** Looks after the file of the socket. */
  watch(service: Service, say: (message: string) => void): void {
    const { address } = this;
    if (!address.startsWith('unix:')) return;
    this.#file = new SocketFileWatch({
      address,
      isGone: () => this.#socket.isGone(),
      renew: async () => {
        this.#socket = await openSocket(address, socketOptions(this.#options, this.#launch));
        await service.listenForUpgrades(this.fd);
      },
      say,
    });
  }

  /** Looks after the file no more, and removes it. */
  async close(): Promise<void> {
    await this.#file?.stop();
    this.#socket.unpublish();
  }
}
