import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FcgiClient } from '@fcgi-js/client';
import { expect, onTestFinished } from 'vitest';

/** The command as it is installed. */
export const fcgi = fileURLToPath(new URL('../../../cli/dist/bin/fcgi.js', import.meta.url));

/** A folder of its own for a test, with files by name. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-run-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** How `fcgi run` is started. */
export interface RunnerOptions {
  /** Whether it gets a channel, as of `fork()`. */
  readonly channel?: boolean;
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where the command is installed; default {@link fcgi}. */
  readonly program?: string;
  /** Descriptors 0 and 3, 4, … as the child is to get them; 1 and 2 are collected. */
  readonly stdin?: number;
}

/** A running `fcgi run`. Ends with the test at the latest. */
export class Runner {
  readonly process: ChildProcess;
  /** How it ended, after all its output has come. */
  readonly exited: Promise<number | NodeJS.Signals>;
  stdout = '';
  stderr = '';
  readonly #cwd: string;

  constructor(args: readonly string[], { channel = false, cwd, env, program = fcgi, stdin }: RunnerOptions) {
    this.#cwd = cwd;
    const child = spawn(process.execPath, [program, 'run', ...args], {
      cwd,
      // Where pnpm has started the tests, NODE_PATH finds what the command itself would not.
      env: { ...process.env, NODE_PATH: undefined, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: [stdin ?? 'ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
    });
    this.process = child;
    child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.exited = once(child, 'close').then(([code, signal]) => code ?? signal);
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await this.exited;
    });
  }

  /** Waits until it has written something to its error output; fails when it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const found = () => pattern.exec(this.stderr);
    const ended = this.exited.then((status) => {
      if (found() === null) throw new Error(`ended with ${status} before saying ${pattern}:\n${this.stderr}`);
    });
    await Promise.race([ended, expect.poll(found).not.toBeNull()]);
    return found()!;
  }

  /** Waits until it serves. */
  async serving(): Promise<this> {
    await this.says(/is served on/);
    return this;
  }

  /** Sends a signal. */
  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Ends it as a supervisor does. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.signal('SIGTERM');
    return this.exited;
  }

  /** Asks the application on `s` in its folder, or elsewhere. */
  get(path = '/', address = `unix:${join(this.#cwd, 's')}`): Promise<string> {
    return ask(address, path);
  }
}

/** One GET over FastCGI; the status, and the body as text. */
export async function ask(address: string, path: string): Promise<string> {
  const client = new FcgiClient({ address });
  try {
    const [pathInfo, query = ''] = path.split('?');
    const response = await client.request({
      params: {
        REQUEST_METHOD: 'GET',
        REQUEST_URI: path,
        SCRIPT_NAME: '',
        PATH_INFO: pathInfo ?? '',
        QUERY_STRING: query,
        SERVER_NAME: 'example.org',
        SERVER_PORT: '80',
        SERVER_PROTOCOL: 'HTTP/1.1',
        HTTP_HOST: 'example.org',
      },
    });
    return `${response.status} ${await text(response.body)}`;
  } finally {
    await client.close({ timeout: 0 });
  }
}
