import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';

/** A program of `test/programs`, for plain `node`. */
export function program(name: 'app' | 'cluster' | 'import-after' | 'is-listen-socket' | 'parent'): string {
  return join(inject('programs'), `${name}.mjs`);
}

/** A child process that does not outlive its test. */
export class Child {
  /** Resolves with the exit status, or the name of the signal. */
  readonly ended: Promise<number | string>;
  readonly process: ChildProcess;
  /** What it has printed. */
  stdout = '';
  stderr = '';
  hasEnded = false;
  #wakers: Array<() => void> = [];

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.process = child;
    child.stdout?.setEncoding('latin1').on('data', (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    child.stderr?.setEncoding('latin1').on('data', (text: string) => {
      this.stderr += text;
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => {
        this.stderr += String(error);
        this.hasEnded = true;
        resolve(-1);
        this.#wake();
      });
      child.on('close', (code, signal) => {
        this.hasEnded = true;
        resolve(code ?? signal ?? -1);
        this.#wake();
      });
    });
    onTestFinished(async () => {
      if (!this.hasEnded) this.#kill(options.detached === true);
      await this.ended;
    });
  }

  /** Waits until the standard output matches; fails where the program ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      if (this.hasEnded)
        throw new Error(`The program ended before it printed ${pattern}.\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.#wakers.push(resolve));
    }
  }

  /** @param all whether it is the leader of a group, which ends with it */
  #kill(all: boolean): void {
    const { pid } = this.process;
    if (all && pid !== undefined) process.kill(-pid, 'SIGKILL');
    else this.process.kill('SIGKILL');
  }

  #wake(): void {
    for (const waker of this.#wakers.splice(0)) waker();
  }
}

/** The application, started with `node`. */
export function startApp(args: readonly string[], options: SpawnOptions = {}): Child {
  return new Child(process.execPath, [program('app'), ...args], options);
}

/** What runs a command as another user, for those that root may do everything. */
export const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] as const;

/** Why tests that change users cannot run. */
export function whyNotRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'only root can start a program as another user';
}
