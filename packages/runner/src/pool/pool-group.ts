import type { Additions } from '../additions.ts';
import { defined } from '../defined.ts';
import { type ParentOutput, PoolOutput } from '../logs/worker-output.ts';
import { aboutApplication, type RunPlan } from '../options/run-plan.ts';
import type { PassedConnection } from '../passed-connection.ts';
import type { PoolPlan } from '../pool-plan.ts';
import type { Inheritance, LeftSocket } from '../process/inheritance.ts';
import { socketOptions } from '../process/launch-settings.ts';
import type { StartFolder } from '../process/start-folder.ts';
import type { Successor } from '../process/succession.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { openStatusListener, type StatusListener } from '../status/status-listener.ts';
import { statusPaths } from '../status/status-site.ts';
import { GroupPhases } from './group-phases.ts';
import { inheritedFrom, LeftSockets } from './left-sockets.ts';
import type { PoolNews } from './pool-command.ts';
import { type PoolListener, ServedPool } from './served-pool.ts';

/** What the applications of a parent are run with. */
export interface PoolGroupOptions {
  readonly additions: Additions;
  readonly folder: StartFolder;
  /** From the process whose place this one takes. */
  readonly left: Inheritance | undefined;
  /** Told what an operator is to know. */
  readonly message: (text: string) => void;
  /** Told what has been said of the workers of an application, with its name where there are several. */
  readonly news: (event: PoolNews['event'], text: string) => void;
  readonly output: ParentOutput;
  readonly plan: RunPlan;
  /** Of the applications, in their order. */
  readonly pools: readonly PoolPlan[];
}

/** The applications of one parent, none of which depends on the others: their sockets, workers and logs. */
export class PoolGroup {
  /** How far the applications are. */
  readonly phases: GroupPhases;
  readonly #given: PoolGroupOptions;
  #isOurs: boolean;
  readonly #left: LeftSockets;
  #listener: StatusListener | undefined;
  readonly #outputs: PoolOutput[] = [];
  readonly #pools: ServedPool[] = [];

  /** @throws RunnerError where a socket, or the address of the status, cannot be opened: then none is left open */
  static async open(given: PoolGroupOptions): Promise<PoolGroup> {
    const group = new PoolGroup(given);
    try {
      for (const [index, plan] of given.pools.entries()) await group.#open(plan, index);
      group.#left.closeOthers(group.#listeners().map(({ listen }) => listen));
      // Until this process serves, the one before it has all that can be had once only.
      if (given.left === undefined) await group.takePlace();
    } catch (error) {
      await group.letGo();
      group.unpublish();
      throw error;
    }
    return group;
  }

  private constructor(given: PoolGroupOptions) {
    this.#given = given;
    this.#isOurs = given.left === undefined;
    this.#left = new LeftSockets(given.left, given.plan.kind);
    this.phases = new GroupPhases(given.plan.kind, given.pools.length, this.#pools);
  }

  /** In words. */
  get name(): string {
    return this.#pools.map(({ title }) => title).join(', ');
  }

  /** Where they are served. */
  get addresses(): readonly string[] {
    return this.#pools.map(({ address }) => address);
  }

  /** Resolves when no worker is left. */
  get ended(): Promise<unknown> {
    return Promise.all(this.#pools.map((pool) => pool.ended));
  }

  /** What asks the workers of each how they are, by its name. */
  get snapshots(): ReadonlyMap<string, () => Promise<Snapshot>> {
    return new Map(this.#pools.map((pool) => [pool.title, () => pool.snapshot()] as const));
  }

  /** What a successor of this process can have: from now on they stay as they are, until the successor has failed. */
  async handOver(): Promise<LeftSocket[]> {
    await Promise.all(this.#pools.map((pool) => pool.holdStill()));
    return this.#pools.flatMap((pool, index) => {
      const serves = this.phases.serves(index);
      return pool.sockets.map(({ address, carries, held: { fd, file }, listen }) => {
        const ports = carries === undefined ? pool.ports.held() : [];
        return { address, fd, listen, ports, serves, ...defined({ carries, file }) };
      });
    });
  }

  /** Keeps the sockets, because no successor has started. */
  keep(): void {
    for (const pool of this.#pools) pool.goOn();
  }

  /** Starts the workers. */
  start(): void {
    for (const pool of this.#pools) pool.start();
  }

  /** Has all applications loaded anew. */
  reload(): void {
    for (const [index, pool] of this.#pools.entries()) {
      this.phases.reload(index);
      pool.reload();
    }
  }

  /** Goes on in the log files that have the names now. */
  reopenLogs(): void {
    for (const pool of this.#pools) pool.reopenLogs();
  }

  /** Whether any worker can be told something, within so many milliseconds, or an application wants none. */
  async answers(patience: number): Promise<boolean> {
    const answers = await Promise.all(this.#pools.map((pool) => pool.answers(patience)));
    return answers.includes(true);
  }

  /** From now on the sockets of the process before this one end with this one. */
  own(): void {
    this.#isOurs = true;
  }

  /**
   * Takes over what can be had once only: the files of the sockets, and the address of the status.
   *
   * @throws RunnerError where that address cannot be opened
   */
  async takePlace(): Promise<void> {
    for (const pool of this.#pools) pool.takePlace();
    const { message, plan, pools } = this.#given;
    const [first] = pools;
    const isOne = plan.kind === 'one' && first !== undefined;
    const socket = isOne ? socketOptions(first.options, first.launch) : {};
    this.#listener = await openStatusListener(plan.parent, socket, {
      kind: plan.kind,
      pools: this.snapshots,
      ...(isOne ? statusPaths(first.options) : {}),
    });
    if (this.#listener !== undefined) message(`its status is served on ${this.#listener.address}`);
  }

  /** Lets go of what can be had once only. */
  async letGo(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.letGo()));
    await this.#listener?.close();
  }

  /** Removes the files of the sockets, but for those that a successor serves on. */
  unpublish(successor?: Successor): void {
    for (const { held, isInherited, listen } of this.#listeners()) {
      // Until this process serves, the one before it may have to go on.
      const isOurs = this.#isOurs || !isInherited;
      if (isOurs && successor?.takes.has(listen) !== true) held.unpublish();
    }
  }

  /** Closes the ports from before that no worker has wanted. */
  closeUnusedPorts(): void {
    for (const { ports } of this.#pools) ports.closeUnused();
  }

  /**
   * Lets the requests under way end, and the rest be cut off after the time of its application; resolves when no worker is left.
   *
   * @param timeout seconds, in the place of the time of each
   * @param successor takes over kept connections, which are closed without it
   */
  async end({
    timeout,
    successor,
  }: {
    readonly timeout?: number;
    readonly successor?: Successor | undefined;
  }) {
    const ends = this.#pools.map((pool) => {
      const { listen, stopTimeout } = pool;
      const leave = (connection: PassedConnection) => successor?.give(listen, connection);
      return pool.end(timeout ?? stopTimeout, successor?.takes.has(listen) === true ? leave : undefined);
    });
    await Promise.all(ends);
    for (const lines of this.#outputs) lines.flush();
  }

  /** Has a worker serve a connection that the process before this one has left. */
  take(listen: string, connection: PassedConnection): void {
    const pool = this.#pools.find((one) => one.listen === listen);
    if (pool === undefined) connection.close();
    else pool.take(connection);
  }

  /** Closes the sockets. */
  close(): void {
    for (const { held } of this.#listeners()) held.close();
  }

  /** Ends the workers at once. */
  kill(): void {
    for (const pool of this.#pools) pool.kill();
  }

  #listeners(): PoolListener[] {
    return this.#pools.flatMap(({ sockets }) => sockets);
  }

  async #open(plan: PoolPlan, index: number): Promise<void> {
    const { additions, folder, message, output, plan: whole } = this.#given;
    const lines = new PoolOutput(output, message, plan.options, plan.launch.identity?.uid);
    this.#outputs.push(lines);
    const application = whole.applications[index]!;
    try {
      const socket = this.#left.of(plan.options.listen);
      const pool = await ServedPool.open({
        additions,
        folder,
        inherited: socket && inheritedFrom(socket),
        inheritedUpgrades: this.#left.ofUpgrades(plan.options.upgradeListen),
        keepsTrying: whole.kind === 'several' && socket?.serves !== true,
        news: (event, text) => this.#heard(index, event, text),
        output: lines,
        plan,
        say: lines.say,
      });
      this.#pools.push(pool);
      void pool.ended.then((hasFailed) => hasFailed && this.phases.fail(pool.startFailure()));
    } catch (error) {
      throw aboutApplication(error, whole, application);
    }
  }

  #heard(index: number, event: PoolNews['event'], text: string): void {
    const pool = this.#pools[index]!;
    this.#outputs[index]?.say(text);
    const { news, plan } = this.#given;
    // Before others hear of it: they may ask whether a reload is under way.
    this.phases.heard(index, event, text);
    news(event, plan.kind === 'one' ? text : `${pool.title}: ${text}`);
  }
}
