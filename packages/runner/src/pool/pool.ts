import type { RequestLogOptions } from '../logs/request-logs.ts';
import type { PoolOutput } from '../logs/worker-output.ts';
import { onlyOnce, type SayOnce } from '../missing-connections.ts';
import { sizeText } from '../options/amounts.ts';
import type { PassedConnection } from '../passed-connection.ts';
import type { LateSettings, LaunchSettings } from '../process/launch-settings.ts';
import { FreshFigures } from '../status/fresh-figures.ts';
import type { PoolStatus } from '../status/pool-status.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { DemandListener } from './demand-listener.ts';
import type { WorkerOptions } from './messages.ts';
import type { PoolCommand, PoolNews } from './pool-command.ts';
import { type PoolBeginning, PoolState } from './pool-state.ts';
import type { WorkerPorts } from './worker-ports.ts';
import { type WorkerNews, WorkerProcess, type WorkerSockets } from './worker-process.ts';

/** What a pool is made of. */
export interface PoolOptions {
  /** Where it serves, for messages. */
  readonly address: string;
  readonly beginning: PoolBeginning;
  /** Where it is written down what becomes of the workers. */
  readonly status: PoolStatus;
  /** What workers log. */
  readonly logs: RequestLogOptions;
  /** The application, for messages. */
  readonly name: string;
  /** Told what has become of the workers as a whole, in words as well. */
  readonly news: (event: PoolNews['event'], text: string) => void;
  readonly output: PoolOutput;
  /** Those that the application opens. */
  readonly ports: WorkerPorts;
  readonly say: (message: string) => void;
  readonly size: number;
  /** The descriptors of the listening sockets, for the next worker. */
  readonly sockets: () => WorkerSockets;
  /** What the next worker finds around it. */
  readonly launch: () => LaunchSettings;
  readonly worker: Omit<WorkerOptions, keyof LateSettings>;
}

/** Carries out what the state machine wants, and tells it what becomes of it. */
export class Pool {
  /** Resolves when no worker is left: whether the application could not be started at all. */
  readonly ended: Promise<boolean>;
  readonly #options: PoolOptions;
  readonly #state: PoolState;
  readonly #figures: FreshFigures;
  readonly #workers = new Map<number, WorkerProcess>();
  readonly #stopping = new Set<number>();
  /** While there are no workers. */
  #listener: DemandListener | undefined;
  /** Connections for the first worker that serves. */
  readonly #waiting: PassedConnection[] = [];
  #onEnd: (failed: boolean) => void = () => {};
  #application = '';
  /** Takes connections for which no worker is left. */
  #leave: ((connection: PassedConnection) => void) | undefined;
  readonly #sayOnce: SayOnce;
  #stopTimeout: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#sayOnce = onlyOnce(options.say);
    this.#stopTimeout = options.worker.stopTimeout;
    this.#state = new PoolState(options.size, options.beginning);
    this.#figures = new FreshFigures(options.status, () => {
      const asked = [...this.#workers].filter(([, worker]) => worker.report());
      return asked.map(([id]) => id);
    });
    this.ended = new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  /** Starts the workers. */
  start(): void {
    this.#apply(this.#state.tick(performance.now()));
  }

  /** Replaces the workers, one by one, by such as load the application anew. */
  reload(): void {
    this.#apply(this.#state.reload(performance.now()));
  }

  /** Has workers serve another socket than before: those that there are, are replaced. */
  socketChanged(): void {
    if (this.#listener === undefined) this.#apply(this.#state.socketChanged(performance.now()));
    else {
      this.#stopListening();
      this.#awaitConnection();
    }
  }

  /** Whether workers of a new generation are on their way. */
  get isReloading(): boolean {
    return this.#state.isReloading;
  }

  /** Whether any worker can be told something, within so many milliseconds, or none is wanted. */
  async answers(patience: number): Promise<boolean> {
    if (this.#state.isInactive) return true;
    const answers = [...this.#workers.values()].map(async (worker) => {
      if (!(await worker.answers(patience))) throw new Error('no answer');
      return true;
    });
    return Promise.any(answers).catch(() => false);
  }

  /** How it is about the workers, who are asked. */
  snapshot(): Promise<Snapshot> {
    return this.#figures.snapshot();
  }

  /** Lets the workers go on in log files that have been renamed. */
  reopenLogs(): void {
    for (const worker of this.#workers.values()) worker.reopenLogs();
  }

  /**
   * Lets the workers end.
   *
   * @param timeout seconds after which the rest is cut off
   * @param leave takes over kept connections, which are closed without it
   */
  end(timeout: number, leave?: (connection: PassedConnection) => void): void {
    this.#leave = leave;
    clearTimeout(this.#timer);
    this.#stopTimeout = timeout;
    this.#stopListening();
    this.#closeWaiting();
    this.#apply(this.#state.end(performance.now()));
  }

  /** Ends the workers at once. */
  kill(): void {
    for (const worker of this.#workers.values()) worker.kill();
  }

  #apply(commands: readonly PoolCommand[]): void {
    for (const command of commands) {
      switch (command.kind) {
        case 'spawn':
          this.#spawn(command.id, command.generation, command.number);
          break;
        case 'stop':
          this.#stopping.add(command.id);
          this.#options.status.stopping(command.id);
          this.#workers.get(command.id)?.stop(this.#stopTimeout, this.#hasSuccessor());
          break;
        case 'timer':
          this.#tickAt(command.at);
          break;
        case 'say':
          if (command.what.event === 'reloaded') this.#options.status.reloaded(command.what.generation);
          this.#options.news(command.what.event, this.#describe(command.what));
          break;
        case 'await-connection':
          this.#awaitConnection();
          break;
        case 'done':
          this.#onEnd(command.failed);
          break;
      }
    }
  }

  #spawn(id: number, generation: number, number: number): void {
    const { status, logs, output, ports, say, sockets, launch, worker: options } = this.#options;
    const told = { ...options, logs: { ...logs, worker: id } };
    const worker = new WorkerProcess(sockets(), told, numbered(launch(), number), {
      message: (message) => this.#receive(id, message),
      ports,
      connection: (connection) => this.passOn(connection),
      exited: (how) => {
        const wasStopping = this.#stopping.delete(id);
        this.#workers.delete(id);
        this.#figures.heard(id);
        status.exited(id, !wasStopping);
        const process = worker.pid === undefined ? '' : ` (process ${worker.pid})`;
        if (!wasStopping || worker.isOverdue) say(`worker ${id}${process} has ended: ${how}`);
        this.#apply(this.#state.exited(id, performance.now()));
      },
      stderr: (source, pid) => output.relay('stderr', source, `worker ${id} (${pid})`),
      stdout: (source, pid) => output.relay('stdout', source, `worker ${id} (${pid})`),
    });
    this.#workers.set(id, worker);
    status.spawned(id, generation, worker.pid ?? 0);
  }

  #receive(id: number, message: WorkerNews): void {
    const { status, output, say } = this.#options;
    switch (message.fcgi) {
      case 'ready':
        this.#application = message.application;
        status.ready(id);
        this.#apply(this.#state.ready(id, performance.now()));
        for (const connection of this.#waiting.splice(0)) this.passOn(connection);
        break;
      case 'closed':
        this.#apply(this.#state.closed(id, performance.now()));
        break;
      case 'idle':
        this.#apply(this.#state.idle(id, message.isIdle, performance.now()));
        break;
      case 'recycle':
        say(`worker ${id} is replaced: ${message.reason}`);
        status.recycled();
        this.#apply(this.#state.recycle(id, message.limit, performance.now()));
        break;
      case 'figures':
        status.told(id, message.figures);
        this.#figures.heard(id);
        break;
      case 'status':
        void this.#figures.snapshot().then((snapshot) => this.#workers.get(id)?.tellStatus(snapshot));
        break;
      case 'log':
        output.write(message.to, message.lines);
        break;
      case 'say':
        say(message.text);
        break;
      case 'reload':
        // Of all that are sent the signal, the first one has it done.
        if (this.#state.isOutdated(id)) break;
        this.#options.news('reloading', this.#describe({ event: 'reloading', worker: id }));
        this.reload();
        break;
      case 'hint':
        this.#sayOnce(message.topic, message.text);
        break;
    }
  }

  /** Has a worker serve a connection that another one has left, of this pool or of one before it. */
  passOn(connection: PassedConnection): void {
    const worker = this.#workers.get(this.#state.successor() ?? Number.NaN);
    if (worker !== undefined) worker.give(connection);
    else if (this.#leave !== undefined) this.#leave(connection);
    else connection.close();
  }

  /** Whether the kept connections of a worker that stops can be handed over. */
  #hasSuccessor(): boolean {
    return this.#state.successor() !== undefined || this.#leave !== undefined;
  }

  #awaitConnection(): void {
    this.#closeWaiting();
    const { say, sockets, worker } = this.#options;
    this.#listener ??= new DemandListener({
      backlog: worker.backlog,
      accepted: (connection) => this.#resumeFor(connection),
      say,
      socket: sockets().requests,
    });
  }

  #resumeFor(connection: PassedConnection): void {
    this.#apply(this.#state.connectionArrived(performance.now()));
    if (!this.#state.isResuming) {
      connection.close();
      return;
    }
    this.#waiting.push(connection);
    // What else comes waits in the socket for the workers.
    this.#stopListening();
  }

  #stopListening(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  #closeWaiting(): void {
    for (const connection of this.#waiting.splice(0)) connection.close();
  }

  #tickAt(time: number): void {
    clearTimeout(this.#timer);
    const delay = Math.max(0, Math.ceil(time - performance.now()));
    this.#timer = setTimeout(() => this.#apply(this.#state.tick(performance.now())), delay);
  }

  #describe(news: PoolNews): string {
    const { address, name, size, worker } = this.#options;
    const { upgradeAddress } = worker;
    const beside = upgradeAddress === undefined ? '' : `, HTTP upgrades on ${upgradeAddress}`;
    switch (news.event) {
      case 'started':
        if (news.workers === 0) {
          return `${name} is served on ${address} on demand: the first connection starts ${counted(size)}`;
        }
        return `${name} (${this.#application}) is served on ${address} by ${counted(news.workers)}${beside}`;
      case 'idle':
        return `no worker runs any more: the next connection starts ${counted(size)}`;
      case 'resumed':
        return `a connection has come: ${news.workers === 1 ? '1 worker serves' : `${counted(news.workers)} serve`}`;
      case 'resume-failed':
        return `${name} could not be started; connections are closed for ${news.delay / 1000} s, and the next one after that tries again`;
      case 'start-failed':
        return `${name} could not be started; it is tried again in ${news.delay / 1000} s`;
      case 'reloading':
        return `worker ${news.worker} was sent SIGHUP: reloading`;
      case 'reloaded':
        return `reloaded: all workers serve generation ${news.generation}`;
      case 'reload-failed':
        return `the reload has failed: the worker of generation ${news.generation} has ended before it was ready. The workers from before go on${news.delay === undefined ? '' : `, but not on the new socket: it is tried again in ${news.delay / 1000} s`}`;
      case 'over-memory':
        return `a fresh worker already takes more than --max-memory, ${sizeText(this.#options.worker.recycle.maxMemory ?? 0)}, so that a replacement does not help: the next one follows in ${news.delay / 1000} s, then more and more seldom. Raise --max-memory`;
      case 'crash-loop':
        return `${news.crashes} workers in a row have ended soon after their start; the next one starts in ${news.delay / 1000} s`;
    }
  }
}

/** What a worker finds around it: its number, too, from 0 to one less than there are workers. */
function numbered({ environment, ...rest }: LaunchSettings, number: number): LaunchSettings {
  const { NODE_APP_INSTANCE: given = '' } = environment;
  const text = String(number);
  // One that is no number has another meaning: the configurations of an application may have names.
  const instance = /^\d*$/.test(given) ? text : given;
  return { ...rest, environment: { ...environment, FCGI_WORKER: text, NODE_APP_INSTANCE: instance } };
}

function counted(workers: number): string {
  return `${workers} ${workers === 1 ? 'worker' : 'workers'}`;
}
