import type { Buffer } from 'node:buffer';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { socketsOf, unixSockets } from '@fcgi-js/inspector/system';
import { escapeLogText } from '@fcgi-js/inspector/text';
import { unreachable } from '../errors.ts';
import type { ApplicationTarget } from './target.ts';

/** Stands for the path of the socket in the command of an application that listens itself. */
const SOCKET = '{socket}';
/** For which the last of what a program wrote is kept, in characters. */
const KEPT_OUTPUT = 2_000;
/** Milliseconds between two looks for the socket of an application that listens itself. */
const LOOK = 20;

/**
 * An application that is started for each group of checks, by a shell. It has its listening socket as descriptor 0 (FastCGI
 * 1.0, section 2.2), or makes it itself where the command has `{socket}`.
 */
export class SpawnedApplication implements ApplicationTarget {
  readonly #command: string;
  readonly #patience: number;
  #child: ChildProcess | undefined;
  #ended: string | undefined;
  #folder: string | undefined;
  #group = '';
  #number = 0;
  #output = '';
  #path = '';

  /** @param patience how long it may take to listen, in milliseconds */
  constructor(command: string, patience: number) {
    this.#command = command;
    this.#patience = patience;
  }

  get address(): NetConnectOpts {
    return { path: this.#path };
  }

  get ended(): string | undefined {
    return this.#ended;
  }

  async prepare(group: string): Promise<void> {
    if (this.#child !== undefined && this.#ended === undefined && group === this.#group) return;
    await this.#stop();
    this.#folder ??= await mkdtemp(join(tmpdir(), 'fcgi-conformance-'));
    this.#number += 1;
    this.#path = join(this.#folder, `${this.#number}.sock`);
    this.#group = group;
    this.#ended = undefined;
    this.#output = '';
    if (this.#command.includes(SOCKET)) await this.#startListener(this.#path);
    else await this.#startWithSocket(this.#path);
  }

  async close(): Promise<void> {
    await this.#stop();
    if (this.#folder !== undefined) await rm(this.#folder, { force: true, recursive: true });
  }

  async #startWithSocket(path: string): Promise<void> {
    const bound = `${path}-bound`;
    const server = createServer().listen(bound);
    await once(server, 'listening');
    const inode = unixSockets().find((each) => each.path === bound)?.inode;
    const fd = socketsOf('self').find((each) => each.inode === inode)?.fd;
    if (fd === undefined)
      throw unreachable(this.#command, 'this system does not show the descriptor of a socket');
    this.#spawn(this.#command, fd);
    // Node removes the file that it made; under another name the socket stays, and only the program accepts.
    await rename(bound, path);
    server.close();
    await once(server, 'close');
  }

  async #startListener(path: string): Promise<void> {
    this.#spawn(this.#command.replaceAll(SOCKET, path), 'ignore');
    const deadline = Date.now() + this.#patience;
    while (!existsSync(path)) {
      if (this.#ended !== undefined) throw unreachable(this.#command, `${this.#ended}\n${this.#output}`);
      if (Date.now() > deadline)
        throw unreachable(this.#command, `there is no socket ${path}\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  #spawn(command: string, stdin: number | 'ignore'): void {
    const child = spawn('/bin/sh', ['-c', `exec ${command}`], {
      detached: true,
      stdio: [stdin, 'pipe', 'pipe'],
    });
    this.#child = child;
    const keep = (bytes: Buffer) => {
      this.#output = (this.#output + escapeLogText(bytes.toString('latin1'))).slice(-KEPT_OUTPUT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('exit', (code, signal) => {
      this.#ended =
        signal === null
          ? `The process ended with exit status ${code}.`
          : `The process was ended by ${signal}.`;
    });
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined) return;
    const isOver = child.exitCode !== null || child.signalCode !== null;
    const exited = isOver ? undefined : once(child, 'exit');
    try {
      // With all that it has started.
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
    await exited;
  }
}
