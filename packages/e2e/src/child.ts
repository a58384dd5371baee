import { type ChildProcess, spawn } from 'node:child_process';
import { atExit } from './at-exit.ts';

/** How a program is started. */
export interface ChildOptions {
  /** Working directory, default this process's. */
  readonly cwd?: string;
  /** The whole environment, default this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Group to run as. */
  readonly gid?: number;
  /** User to run as. */
  readonly uid?: number;
}

const STOP_TIMEOUT = 20_000;
/** Milliseconds in which what a program has written before its end is read, if others may write more. */
const OUTPUT_TIMEOUT = 1_000;
const running = new Set<Child>();

/** A program in the foreground that belongs to one test. */
export class Child {
  /** Resolves when the program has ended or could not be started, with a sentence that says how. */
  readonly exited: Promise<string>;

  readonly #process: ChildProcess;
  readonly #name: string;
  #output = '';

  /**
   * Starts a program.
   *
   * @param command its name or path
   * @param args its arguments
   * @param options user, folder and environment
   */
  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    this.#name = command;
    this.#process = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => this.#collect(text));
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => this.#collect(text));
    running.add(this);
    // Programs must not outlive the tests.
    const forget = atExit(() => this.kill('SIGKILL'));
    this.exited = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(`${command} could not be started: ${error.message}`));
      this.#process.on('exit', (code, signal) => {
        const how = `${command} has ended with ${signal ?? `exit status ${code}`}`;
        // 'close' comes after the last of the output, but not as long as a grandchild keeps the pipes.
        const patience = setTimeout(resolve, OUTPUT_TIMEOUT, how);
        this.#process.on('close', () => {
          clearTimeout(patience);
          resolve(how);
        });
      });
    });
    void this.exited.then(() => {
      forget();
      running.delete(this);
    });
  }

  /** Everything it has written to stdout and stderr so far. */
  get output(): string {
    return this.#output;
  }

  /** Its number among processes; `undefined` where it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The exit status, or null while it runs or when a signal has ended it. */
  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  /** Whether it is still there. */
  get isRunning(): boolean {
    return running.has(this);
  }

  /**
   * Sends a signal.
   *
   * @param signal its name
   */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /**
   * Ends the program and waits until it has gone.
   *
   * @param signal what it is asked with, default SIGTERM
   * @throws Error when it does not end within ten seconds; it is killed then
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.isRunning) return;
    this.kill(signal);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<true>((resolve) => {
      timer = setTimeout(resolve, STOP_TIMEOUT, true);
    });
    const isLate = await Promise.race([late, this.exited]);
    clearTimeout(timer);
    if (isLate !== true) return;
    this.kill('SIGKILL');
    await this.exited;
    throw new Error(`${this.#name} did not end within ${STOP_TIMEOUT} ms of ${signal}`);
  }

  #collect(text: string): void {
    this.#output += text;
  }
}
