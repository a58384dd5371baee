import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { isPassedConnection, type PassedConnection, sendable } from '../passed-connection.ts';
import type { LateSettings, LaunchSettings } from '../process/launch-settings.ts';
import { howItEnded, startProcess } from '../process/start-process.ts';
import { programFile } from '../programs.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { WITHOUT_CHANNEL } from '../worker/private-channel.ts';
import { type ParentMessage, readWorkerMessage, type WorkerMessage, type WorkerOptions } from './messages.ts';
import type { PortAnswer, PortHandle, PortUser, WorkerPorts } from './worker-ports.ts';

/** The descriptor on which workers find the listening socket. */
export const WORKER_SOCKET = 3;

/** The descriptor on which workers find the listening socket for upgrades, where there is one. */
export const WORKER_UPGRADE_SOCKET = 5;

/** The descriptor of the channel to their parent, which is not that of their `process`. */
export const WORKER_CHANNEL = 4;

/** What a worker tells of itself. */
export type WorkerNews = Exclude<WorkerMessage, { readonly fcgi: 'alive' | 'connection' | 'port' }>;

/** Told what a worker does. */
export interface WorkerWatch {
  /** Those that its application opens. */
  readonly ports: WorkerPorts;
  message(message: WorkerNews): void;
  /** It has left a connection to its successor; asked for with `hasSuccessor` of {@link WorkerProcess.stop}. */
  connection?(connection: PassedConnection): void;
  /** @param how in words: `exit status 1`, `SIGKILL`, `it could not be started: …` */
  exited(how: string): void;
  /** Gets its error output, which is that of this process otherwise. */
  stderr?(source: Readable, pid: number | undefined): void;
  /** The same for what it prints. */
  stdout?(source: Readable, pid: number | undefined): void;
}

/** The descriptors of listening sockets in the parent. */
export interface WorkerSockets {
  readonly requests: number;
  /** Undefined where upgrades are not served. */
  readonly upgrades: number | undefined;
}

/** One worker, as the parent sees it. */
export class WorkerProcess implements PortUser {
  /** Undefined where it could not be started. */
  readonly #child: ChildProcess | undefined;
  #deadline: NodeJS.Timeout | undefined;
  readonly #watch: WorkerWatch;
  #hasEnded = false;
  /** Why it was ended by force, if it was. */
  #overdue: string | undefined;
  #phase: 'ready' | 'starting' | 'stopping' = 'starting';
  readonly #answered: Array<() => void> = [];
  #tellsFigures = false;

  constructor(
    { requests, upgrades }: WorkerSockets,
    options: Omit<WorkerOptions, keyof LateSettings>,
    { environment, folder, ...late }: LaunchSettings,
    watch: WorkerWatch,
  ) {
    this.#watch = watch;
    const output = (name: 'stderr' | 'stdout') => (watch[name] === undefined ? 'inherit' : 'pipe');
    const { name } = options.logs ?? {};
    this.#child = startProcess(process.execPath, [...process.execArgv, programFile('worker')], {
      // What ps shows in the place of the program.
      ...(name === undefined ? {} : { argv0: `fcgi: ${name}` }),
      ...(folder === undefined ? {} : { cwd: folder }),
      env: { ...environment, ...WITHOUT_CHANNEL },
      // A session of its own: Ctrl-C is for the parent, which knows what is to be done.
      detached: true,
      // As if it had ended at once, which is tried again with pauses.
      failed: (reason) => this.#ended(`it could not be started: ${reason}`),
      stdio: [
        'ignore',
        output('stdout'),
        output('stderr'),
        requests,
        'ipc',
        ...(upgrades === undefined ? [] : [upgrades]),
      ],
    });
    if (this.#child === undefined) return;
    const { pid, stderr, stdout } = this.#child;
    if (stderr !== null) watch.stderr?.(stderr, pid);
    if (stdout !== null) watch.stdout?.(stdout, pid);
    watch.ports.joined(this);
    this.#child.on('message', (given, handle: unknown) => {
      const message = readWorkerMessage(given);
      if (message?.fcgi === 'port') return watch.ports.heard(this, message, handle);
      const connection = isPassedConnection(handle) ? handle : undefined;
      if (message?.fcgi === 'connection' && connection !== undefined && watch.connection !== undefined) {
        return watch.connection(connection);
      }
      connection?.close();
      if (message === undefined || message.fcgi === 'connection') return;
      if (message.fcgi === 'figures') this.#tellsFigures = true;
      // Told to stop while it started, it has its time to stop, and no longer one to start.
      if (message.fcgi === 'ready' && this.#phase === 'starting') {
        this.#phase = 'ready';
        clearTimeout(this.#deadline);
      }
      if (message.fcgi === 'alive') for (const answered of this.#answered.splice(0)) answered();
      else watch.message(message);
    });
    // Not `exit`: its last output comes before.
    this.#child.once('close', (code, signal) => this.#ended(howItEnded(code, signal)));
    // A process that the application has left behind may keep its outputs open.
    this.#child.once('exit', (code, signal) => {
      endGroup(pid);
      // What this process has not read meanwhile, because it was busy, it reads before that.
      setTimeout(() => setImmediate(() => this.#ended(howItEnded(code, signal))), LAST_WORDS).unref();
    });
    this.#send({ fcgi: 'start', options: { ...options, ...late } });
    const { startTimeout } = options;
    // Of one that only blocks, its own watchdog knows more.
    this.#killAfter(startTimeout + BOOT, `it was not ready within ${startTimeout} s (--start-timeout)`);
  }

  /** For messages. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether it did not do in time what it was to do, and was ended by force. */
  get isOverdue(): boolean {
    return this.#overdue !== undefined;
  }

  /** Asks it to tell its figures; false: it is none that tells them. */
  report(): boolean {
    if (!this.#tellsFigures) return false;
    this.#send({ fcgi: 'report' });
    return true;
  }

  /** Tells it how it is about all workers. */
  tellStatus(snapshot: Snapshot): void {
    this.#send({ fcgi: 'status', snapshot });
  }

  /**
   * Lets its requests end.
   *
   * @param timeout seconds after which the rest is cut off
   * @param hasSuccessor whether another worker takes over its kept connections
   */
  stop(timeout: number, hasSuccessor = false): void {
    this.#send({ fcgi: 'stop', hasSuccessor });
    // Nothing is lost with one that has not served.
    if (this.#phase === 'starting') this.#killAfter(0, 'it was to stop, and still loads the application');
    else this.#killAfter(timeout, `it has not stopped within ${timeout} s (--stop-timeout)`);
    this.#phase = 'stopping';
  }

  /** Whether its event loop turns, within so many milliseconds. */
  answers(patience: number): Promise<boolean> {
    this.#send({ fcgi: 'ask' });
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => resolve(false), patience);
      this.#answered.push(() => {
        clearTimeout(giveUp);
        resolve(true);
      });
    });
  }

  /** Has it serve a connection that another worker has left. */
  give(connection: PassedConnection): void {
    const close = () => connection.close();
    const message: ParentMessage = { fcgi: 'connection' };
    if (this.#child?.connected) this.#child.send(message, sendable(connection), {}, close);
    else close();
  }

  /** Tells it whose a port is that it wants to open. */
  answerPort(where: string, is: PortAnswer, handle?: PortHandle): void {
    if (!this.#child?.connected) return;
    const sent = handle === undefined ? undefined : sendable(handle);
    this.#child.send({ fcgi: 'port', is, where } satisfies ParentMessage, sent, {}, () => {});
  }

  /** Ends it at once. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Lets it go on in log files that have been renamed. */
  reopenLogs(): void {
    this.#send({ fcgi: 'reopen' });
  }

  #ended(how: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#deadline);
    this.#watch.ports.left(this);
    this.#watch.exited(this.#overdue === undefined ? how : `${how}, because ${this.#overdue}`);
  }

  #send(message: ParentMessage): void {
    // Gone already, it will be told to have exited.
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  /** It ends itself in time; if it is stuck, it does not. */
  #killAfter(seconds: number, reason: string): void {
    clearTimeout(this.#deadline);
    const kill = () => {
      this.#overdue = reason;
      this.kill();
    };
    this.#deadline = setTimeout(kill, (seconds + GRACE) * 1000);
  }
}

/** What an ended worker has started ends, too: it is in the group of the worker, unless it has been given one of its own. */
function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // There is nothing.
  }
}

/** Seconds that Node may take until the application is being loaded, on a busy machine. */
const BOOT = 10;
/** Seconds that a worker may be late. */
const GRACE = 2;
/** Milliseconds after its end in which what it has printed is to arrive. */
const LAST_WORDS = 250;
