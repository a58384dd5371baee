import { relative } from 'node:path';
import type { Additions } from '../additions.ts';
import { defined } from '../defined.ts';
import { RunnerError } from '../errors.ts';
import { prepareLogFiles } from '../logs/prepare-log-files.ts';
import type { PoolOutput } from '../logs/worker-output.ts';
import type { PassedConnection } from '../passed-connection.ts';
import type { PoolPlan } from '../pool-plan.ts';
import type { LeftSocket } from '../process/inheritance.ts';
import { socketOptions } from '../process/launch-settings.ts';
import type { StartFolder } from '../process/start-folder.ts';
import { ListenQueueWatch } from '../status/listen-queue.ts';
import { PoolStatus } from '../status/pool-status.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { wantsStatus } from '../status/status-options.ts';
import { type HeldSocket, openSocket } from './held-socket.ts';
import { Pool } from './pool.ts';
import type { PoolNews } from './pool-command.ts';
import { type Inherited, openPoolSocket, openUpgradeSocket, type PoolSocket } from './pool-socket.ts';
import { WatchedSocket } from './watched-socket.ts';
import { WorkerPorts } from './worker-ports.ts';
import { launchSettingsOf, workerOptions } from './worker-settings.ts';

/** What the workers are to serve, how many of them, and with what around them. */
export interface ServedPoolOptions {
  readonly additions: Additions;
  readonly folder: StartFolder;
  /** From the process whose place this one takes. */
  readonly inherited: Inherited | undefined;
  /** The same for the socket of upgrades. */
  readonly inheritedUpgrades: HeldSocket | undefined;
  /** Whether an application that cannot be started is tried again, and does not end the pool. */
  readonly keepsTrying: boolean;
  /** Told what has become of the workers as a whole, in words as well. */
  readonly news: (event: PoolNews['event'], text: string) => void;
  readonly output: PoolOutput;
  readonly plan: PoolPlan;
  /** Told what else an operator is to know. */
  readonly say: (message: string) => void;
}

/** A socket on which workers accept. */
export interface PoolListener extends Pick<LeftSocket, 'address' | 'carries' | 'listen'> {
  readonly held: HeldSocket;
  /** Whether it is that of the process before this one. */
  readonly isInherited: boolean;
}

/** A pool with its sockets, the other ports of its application, and its status. */
export class ServedPool {
  readonly address: string;
  /** The application, for messages. */
  readonly name: string;
  readonly ports: WorkerPorts;
  readonly #options: ServedPoolOptions;
  readonly #place: PoolSocket;
  readonly #listenQueue: ListenQueueWatch | undefined;
  readonly #pool: Pool;
  readonly #requests: WatchedSocket;
  readonly #upgrades: WatchedSocket | undefined;

  /** @throws RunnerError where a socket cannot be opened: then none is left open */
  static async open(options: ServedPoolOptions): Promise<ServedPool> {
    const { additions, inherited, inheritedUpgrades, plan } = options;
    const place = inherited ?? (await openPoolSocket(plan.options, plan.launch, additions.openGateway));
    try {
      const upgrades = inheritedUpgrades ?? (await openUpgradeSocket(plan.options, plan.launch));
      return new ServedPool(options, place, upgrades);
    } catch (error) {
      if (inherited === undefined) place.socket.unpublish();
      throw error;
    }
  }

  private constructor(given: ServedPoolOptions, place: PoolSocket, upgrades: HeldSocket | undefined) {
    const { folder, inherited, keepsTrying, news, output, plan, say } = given;
    const { file, options, size = 1 } = plan;
    const { accessLog, accessLogFormat, name, onDemand = false, slowLog, slowTime } = options;
    const { address, socket } = place;
    this.address = address;
    this.name = relative(folder.path, file);
    this.ports = new WorkerPorts(inherited?.ports);
    this.#options = given;
    this.#place = place;
    this.#listenQueue = wantsStatus(options)
      ? new ListenQueueWatch(`fd:${socket.fd}`, options.backlog)
      : undefined;
    const reopen = (address: string) => openSocket(address, socketOptions(options, plan.launch));
    this.#requests = new WatchedSocket(socket, {
      reopen,
      renewed: ({ fd }) => {
        this.#listenQueue?.follow(`fd:${fd}`);
        this.#pool.socketChanged();
      },
      say,
    });
    this.#upgrades =
      upgrades && new WatchedSocket(upgrades, { reopen, renewed: () => this.#pool.socketChanged(), say });
    this.#pool = new Pool({
      address,
      // Who takes the place of another shows first that it can serve.
      beginning: { inactive: onDemand && inherited === undefined, keepsTrying, onDemand },
      status: new PoolStatus({
        manager: onDemand ? 'ondemand' : 'static',
        name: name ?? this.name,
        ...defined({ listenQueue: this.#listenQueue }),
      }),
      logs: { accessLogFormat, slowTime, ...defined({ accessLog, name, slowLog }) },
      name: this.name,
      news,
      output,
      ports: this.ports,
      say,
      size,
      sockets: () => ({ requests: this.#requests.held.fd, upgrades: this.#upgrades?.held.fd }),
      launch: launchSettingsOf(plan, folder, say),
      worker: workerOptions(plan, { address, upgradeAddress: upgrades?.address }),
    });
  }

  /** Seconds that its requests have to end. */
  get stopTimeout(): number {
    return this.#options.plan.options.stopTimeout;
  }

  /** What is said of the address when it is opened. */
  get listen(): string {
    return this.#options.plan.options.listen;
  }

  /** The name that it was given, among others. */
  get title(): string {
    return this.#options.plan.options.name ?? this.name;
  }

  /** Those on which the workers accept. */
  get sockets(): readonly PoolListener[] {
    const { inherited, inheritedUpgrades, plan } = this.#options;
    const { listen, upgradeListen = '' } = plan.options;
    const { address } = this;
    const requests = { address, held: this.#requests.held, isInherited: inherited !== undefined, listen };
    if (this.#upgrades === undefined) return [requests];
    const { held } = this.#upgrades;
    const isInherited = inheritedUpgrades !== undefined;
    return [
      requests,
      { address: held.address, carries: 'upgrades', held, isInherited, listen: upgradeListen },
    ];
  }

  /** Resolves when no worker is left: whether the application could not be started at all. */
  get ended(): Promise<boolean> {
    return this.#pool.ended;
  }

  /** Whether workers of a new generation are on their way. */
  get isReloading(): boolean {
    return this.#pool.isReloading;
  }

  /** Starts the workers. */
  start(): void {
    this.#pool.start();
  }

  /** Replaces the workers, one by one, by such as load the application anew. */
  reload(): void {
    this.#pool.reload();
  }

  /** Goes on in the log files that have the names now. */
  reopenLogs(): void {
    const { output, plan, say } = this.#options;
    try {
      prepareLogFiles(plan.options, plan.launch.identity);
    } catch (error) {
      say((error as Error).message);
    }
    output.reopen();
    this.#pool.reopenLogs();
  }

  /** How it is about the workers, who are asked. */
  snapshot(): Promise<Snapshot> {
    return this.#pool.snapshot();
  }

  /** Whether any worker can be told something, within so many milliseconds, or none is wanted. */
  answers(patience: number): Promise<boolean> {
    return this.#pool.answers(patience);
  }

  /** Looks after the files of the sockets. */
  takePlace(): void {
    this.#requests.takePlace();
    this.#upgrades?.takePlace();
  }

  /** Leaves the files alone while another process starts on these sockets; resolves when none is being opened. */
  async holdStill(): Promise<void> {
    await Promise.all([this.#requests.holdStill(), this.#upgrades?.holdStill()]);
  }

  /** Looks after the files again, because that process has not started. */
  goOn(): void {
    this.#requests.goOn();
    this.#upgrades?.goOn();
  }

  /** Looks after the files no more. */
  async letGo(): Promise<void> {
    await Promise.all([this.#requests.letGo(), this.#upgrades?.letGo()]);
  }

  /**
   * Lets the requests under way end, and the rest be cut off after so many seconds; resolves when no worker is left.
   *
   * @param leave takes over kept connections, which are closed without it
   */
  async end(timeout: number, leave?: (connection: PassedConnection) => void): Promise<void> {
    const deadline = performance.now() + timeout * 1000;
    await this.#place.close(timeout * 1000);
    // What the gateway has taken of it, the workers have no more.
    this.#pool.end(Math.max(deadline - performance.now(), 0) / 1000, leave);
    await this.ended;
  }

  /** Has a worker serve a connection that the process before this one has left. */
  take(connection: PassedConnection): void {
    this.#pool.passOn(connection);
  }

  /** Ends the workers at once. */
  kill(): void {
    this.#pool.kill();
  }

  /** Why the application could not be started. */
  startFailure(): RunnerError {
    const { output } = this.#options.plan.options;
    const where = output === undefined ? '' : `: what it has printed is in ${output}`;
    return new RunnerError('FCGI_APPLICATION_FAILED', `${this.name} could not be started${where}`);
  }
}
