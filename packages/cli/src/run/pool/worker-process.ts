import { type ChildProcess, spawn } from 'node:child_process';
import type { Entrance, Surroundings } from '../process/surroundings.ts';
import { programFile } from '../programs.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { type ParentMessage, readWorkerMessage, type WorkerMessage, type WorkerOptions } from './messages.ts';

/** The descriptor on which workers find the listening socket. */
export const WORKER_SOCKET = 3;

/** Told what a worker does. */
export interface WorkerWatch {
  message(message: Exclude<WorkerMessage, { fcgi: 'alive' }>): void;
  /** @param how in words: `exit status 1`, `SIGKILL` */
  exited(how: string): void;
  /** Gets what it writes to its error output, which is that of this process otherwise. */
  stderr?(chunk: Buffer): void;
}

/** Milliseconds after its end in which the last of a worker's output comes: its own children may hold the pipe. */
const LAST_OUTPUT = 500;

/** One worker, as the parent sees it. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #deadline: NodeJS.Timeout | undefined;
  #isStopping = false;
  readonly #answered: Array<() => void> = [];
  #tellsFigures = false;

  /** @param socket the descriptor of the listening socket in this process */
  constructor(
    socket: number,
    options: Omit<WorkerOptions, keyof Entrance>,
    { environment, folder, ...entrance }: Surroundings,
    watch: WorkerWatch,
  ) {
    this.#child = spawn(process.execPath, [...process.execArgv, programFile('worker')], {
      ...(folder === undefined ? {} : { cwd: folder }),
      env: environment,
      // A session of its own: Ctrl-C is for the parent, which knows what is to be done.
      detached: true,
      stdio: ['ignore', 'inherit', watch.stderr === undefined ? 'inherit' : 'pipe', socket, 'ipc'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => watch.stderr?.(chunk));
    this.#child.on('message', (given) => {
      const message = readWorkerMessage(given);
      if (message === undefined) return;
      if (message.fcgi === 'figures') this.#tellsFigures = true;
      // Told to stop while it started, it has its time to stop, and no longer one to start.
      if (message.fcgi === 'ready' && !this.#isStopping) clearTimeout(this.#deadline);
      if (message.fcgi === 'alive') for (const answered of this.#answered.splice(0)) answered();
      else watch.message(message);
    });
    this.#child.on('error', () => {});
    this.#child.once('exit', () => {
      setTimeout(() => this.#child.stderr?.destroy(), LAST_OUTPUT).unref();
    });
    // Not `exit`: a process that could not be started has none.
    this.#child.once('close', (code, signal) => {
      clearTimeout(this.#deadline);
      watch.exited(signal ?? `exit status ${code}`);
    });
    this.#send({ fcgi: 'start', options: { ...options, ...entrance } });
    this.#killAfter(options.startTimeout);
  }

  /** For messages. */
  get pid(): number | undefined {
    return this.#child.pid;
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

  /** Lets its requests end; what takes longer than so many seconds is cut off. */
  stop(timeout: number): void {
    this.#isStopping = true;
    this.#send({ fcgi: 'stop' });
    this.#killAfter(timeout);
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

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #send(message: ParentMessage): void {
    // Gone already, it will be told to have exited.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** It ends itself in time; if it is stuck, it does not. */
  #killAfter(seconds: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.kill(), (seconds + GRACE) * 1000);
  }
}

/** Seconds that a worker may be late. */
const GRACE = 2;
