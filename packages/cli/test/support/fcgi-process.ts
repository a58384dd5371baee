import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { until } from '../../../e2e/src/poll.ts';
import type { Outcome } from './test-io.ts';

/** The command as it is installed: the built file. */
export const FCGI = fileURLToPath(new URL('../../dist/bin/fcgi.js', import.meta.url));

/** How a process is started. */
export interface ProcessOptions {
  /** The width of the pseudo-terminal, default none. */
  readonly columns?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A pseudo-terminal is its stdin, stdout and stderr: all it prints is in `stdout`. */
  readonly terminal?: boolean;
}

/** A running `fcgi` of one test. */
export class FcgiProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stderr = '';
  #stdout = '';

  constructor(argv: readonly string[], { columns, cwd, env, terminal = false }: ProcessOptions = {}) {
    const command = [process.execPath, FCGI, ...argv];
    const [program = '', ...words] = terminal ? inTerminal(command, columns) : command;
    const variables = { PATH: process.env['PATH'] ?? '', TERM: 'xterm', ...env };
    this.#child = spawn(program, words, { cwd, env: variables });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    onTestFinished(async () => {
      this.#child.kill('SIGKILL');
      await this.#closed;
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** Sends a signal; to the process itself, where it has no terminal. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Types. */
  write(text: string | Uint8Array): void {
    this.#child.stdin?.write(text);
  }

  /** Closes its stdin. */
  endInput(text: string | Uint8Array = ''): void {
    this.#child.stdin?.end(text);
  }

  /** Closes the pipe that its stdout goes to. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  /** Waits until something has been printed. */
  async printed(pattern: RegExp | string): Promise<void> {
    await until(() => (isIn(pattern, this.#stdout + this.#stderr) ? true : undefined), {
      what: `${pattern} in ${JSON.stringify({ stdout: this.#stdout, stderr: this.#stderr })}`,
      timeout: 20_000,
    });
  }

  /** Waits until it has ended. */
  async outcome(): Promise<Outcome> {
    await this.#closed;
    return { status: this.#child.exitCode ?? -1, stderr: this.#stderr, stdout: this.#stdout };
  }
}

/** Runs the command to its end. */
export async function runFcgi(
  argv: readonly string[],
  { stdin = '', ...options }: ProcessOptions & { readonly stdin?: string | Uint8Array } = {},
): Promise<Outcome> {
  const running = new FcgiProcess(argv, options);
  if (options.terminal !== true) running.endInput(stdin);
  return await running.outcome();
}

function isIn(pattern: RegExp | string, text: string): boolean {
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
}

function inTerminal(command: readonly string[], columns: number | undefined): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const size = columns === undefined ? '' : `stty columns ${columns} rows 30; `;
  const start = `${size}exec ${quoted}`;
  return ['script', '--quiet', '--return', '--flush', '--command', start, join('/dev', 'null')];
}
