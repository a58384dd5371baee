import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readlinkSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Exchange, Trial, TrialSetting } from '../facts.ts';
import type { Account } from '../system/access.ts';
import { isShellName } from '../system/shells.ts';
import { isHealthy } from '../trial-words.ts';
import { exchange, type Question } from './exchange.ts';
import { descriptorOf, isAccepted, listenersOf } from './listening-sockets.ts';

/** Milliseconds between two looks at a program. */
const INTERVAL = 20;
/** Milliseconds for a program to end after SIGTERM. */
const STOP_TIMEOUT = 5_000;
/** Characters of what a program prints that are kept. */
const OUTPUT_LENGTH = 65_536;

/**
 * Runs a program with a listening socket as descriptor 0, as a web server starts its FastCGI programs, sends it one
 * request, and ends it with everything that it has started.
 */
export async function runTrial(setting: TrialSetting, question: Question): Promise<Trial> {
  const { command, folder: where, user } = setting;
  question.onStep(`starts ${command.join(' ')} in ${where}${user === undefined ? '' : ` as ${user.name}`}`);
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-doctor-'));
  const socket = new TrialSocket(join(folder, 's'));
  try {
    return await runWith(setting, question, socket);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runWith(setting: TrialSetting, question: Question, socket: TrialSocket): Promise<Trial> {
  const fd = await socket.open();
  const program = new Program(setting, fd);
  await socket.leave();
  try {
    const acceptance = await program.acceptance(socket, question);
    const staysShell = acceptance === 'accepted' && program.isShell;
    const listeners = acceptance === 'none' ? listenersOf(program.pid, socket.path) : [];
    const answered =
      acceptance === 'accepted'
        ? await exchange(`unix:${socket.leftPath}`, question)
        : await ownExchange(listeners, question);
    // A crash over the request is seen a moment after the end of the connection.
    if (answered?.error !== undefined) await Promise.race([program.exited, delay(200)]);
    const { ended, spawnError } = program;
    const stops = await program.stop();
    return {
      setting,
      acceptance,
      listeners,
      staysShell,
      stops,
      stdout: program.stdout,
      stderr: program.stderr,
      ...(ended === undefined ? {} : { ended }),
      ...(spawnError === undefined ? {} : { spawnError }),
      ...(answered === undefined ? {} : { exchange: answered }),
    };
  } finally {
    await program.stop();
  }
}

/** Programs may open a FastCGI socket of their own; an HTTP server on a port of its own is no use. */
async function ownExchange(listeners: readonly string[], question: Question): Promise<Exchange | undefined> {
  for (const address of listeners) {
    const answered = await exchange(address, question);
    if (isHealthy(answered)) return answered;
  }
  return undefined;
}

/** A listening Unix socket that this process opens and never serves. */
class TrialSocket {
  readonly path: string;
  readonly #server = createServer();

  constructor(path: string) {
    this.path = path;
  }

  /** Where it can be reached once it has been left to the program. */
  get leftPath(): string {
    return `${this.path}0`;
  }

  /** @returns its descriptor */
  async open(): Promise<number> {
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
    const fd = descriptorOf(this.path);
    if (fd === undefined) throw new Error(`The system does not show the socket ${this.path}.`);
    return fd;
  }

  /** Closes it here: a connection that the program does not accept stays unaccepted. */
  async leave(): Promise<void> {
    // Node removes the file that it made; under another name the socket stays.
    await rename(this.path, this.leftPath);
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const SETPRIV = '/usr/bin/setpriv';

/** Node takes all further groups away from a process that it starts as another user; web servers leave them. */
function groupKeeper(user: Account): string[] {
  if (user.groups.length <= 1 || !existsSync(SETPRIV)) return [];
  return [SETPRIV, `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--'];
}

class Program {
  readonly exited: Promise<void>;
  ended: string | undefined;
  spawnError: string | undefined;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;

  constructor({ command, environment, folder, user }: TrialSetting, fd: number) {
    const [file = '', ...words] = user === undefined ? command : [...groupKeeper(user), ...command];
    this.#child = spawn(file, words, {
      cwd: folder,
      // A group of its own, to end with all that belongs to it.
      detached: true,
      env: { ...environment },
      stdio: [fd, 'pipe', 'pipe'],
      ...(user === undefined || groupKeeper(user).length > 0 ? {} : { uid: user.uid, gid: user.gid }),
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout = (this.stdout + text).slice(0, OUTPUT_LENGTH);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(0, OUTPUT_LENGTH);
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.spawnError = `could not be started: ${error.message}`;
        resolve();
      });
      this.#child.once('exit', (code, signal) => {
        this.ended = signal === null ? `ended with exit status ${code}` : `was ended by ${signal}`;
        resolve();
      });
    });
  }

  /** 0 where it was not started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether the process that was started has not become another program. */
  get isShell(): boolean {
    try {
      // Its name would be that of the script.
      return isShellName(basename(readlinkSync(`/proc/${this.pid}/exe`)));
    } catch {
      return false;
    }
  }

  get #isOver(): boolean {
    return this.ended !== undefined || this.spawnError !== undefined;
  }

  /** Opens a connection and waits until the program takes it, ends, or lets the time pass. */
  async acceptance(socket: TrialSocket, { interrupted, timeout }: Question): Promise<Trial['acceptance']> {
    const probe = connect(socket.leftPath);
    // The program ends, and the connection with it.
    probe.on('error', () => undefined);
    const deadline = performance.now() + timeout;
    try {
      while (performance.now() < deadline) {
        if (isAccepted(socket.path)) return 'accepted';
        if (this.#isOver) {
          await this.#lastWords();
          return 'ended';
        }
        await delay(INTERVAL);
        interrupted.throwIfAborted();
      }
      return 'none';
    } finally {
      probe.destroy();
    }
  }

  /** @returns whether it ended when it was asked to, or had ended already */
  async stop(): Promise<boolean> {
    if (this.pid === 0) return true;
    if (this.#isOver) {
      this.#signal('SIGKILL');
      return true;
    }
    this.#signal('SIGTERM');
    const late = new AbortController();
    await Promise.race([
      this.exited,
      delay(STOP_TIMEOUT, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    const stops = this.#isOver;
    this.#signal('SIGKILL');
    await this.exited;
    return stops;
  }

  /** What it printed before it ended may still be in the pipes; children of it may keep them open. */
  async #lastWords(): Promise<void> {
    if (this.spawnError !== undefined) return;
    const streams = [this.#child.stdout, this.#child.stderr].filter(
      (stream) => stream?.readableEnded === false,
    );
    await Promise.race([Promise.all(streams.map((stream) => once(stream!, 'end'))), delay(500)]);
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      // Nothing of it is left.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
