import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeLogText } from '@fcgi-js/inspector/text';
import { unreachable } from '../errors.ts';
import { ScriptedApplication } from './scripted-application.ts';

/** For which the last of what a program wrote is kept, in characters. */
const KEPT_OUTPUT = 2_000;
/** Milliseconds between two attempts to connect. */
const LOOK = 50;
/** Attempts, at most. */
const ATTEMPTS = 200;

/** A web server that is started in front of the application which the checks play. */
export class StartedWebServer {
  readonly application = new ScriptedApplication();
  readonly #command: string;
  readonly #url: URL;
  #child: ChildProcess | undefined;
  #folder: string | undefined;
  #output = '';
  #socket = '';

  /** @param command in which `{socket}` is the path of the application's socket */
  constructor(command: string, url: URL) {
    this.#command = command;
    this.#url = url;
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'fcgi-conformance-'));
    const socket = join(this.#folder, 'app.sock');
    await this.application.listen(socket);
    // The workers of a web server run as another user.
    await chmod(this.#folder, 0o755);
    await chmod(socket, 0o666);
    this.#socket = socket;
    await this.#launch();
  }

  /** Starts it again where its process has ended. */
  async prepare(): Promise<void> {
    if (this.ended !== undefined) await this.#launch();
  }

  /** How its process has ended; `undefined` while it runs. */
  get ended(): string | undefined {
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    if (signalCode !== null) return `The web server was ended by ${signalCode}.`;
    return exitCode === null ? undefined : `The web server ended with exit status ${exitCode}.`;
  }

  async #launch(): Promise<void> {
    const child = spawn('/bin/sh', ['-c', `exec ${this.#command.replaceAll('{socket}', this.#socket)}`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const keep = (bytes: Buffer) => {
      this.#output = (this.#output + escapeLogText(bytes.toString('latin1'))).slice(-KEPT_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    for (let attempt = 0; !(await this.#accepts()); attempt += 1) {
      if (this.ended !== undefined || attempt === ATTEMPTS)
        throw unreachable(this.#url.href, `the web server wrote: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child?.pid !== undefined) {
      const exited = this.ended === undefined ? once(child, 'exit') : undefined;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
      await exited;
    }
    await this.application.close();
    if (this.#folder !== undefined) await rm(this.#folder, { force: true, recursive: true });
  }

  #accepts(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({
        host: this.#url.hostname.replace(/^\[|\]$/g, ''),
        port: Number(this.#url.port) || 80,
      });
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
  }
}
