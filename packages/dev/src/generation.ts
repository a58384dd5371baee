import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createGateway, type Gateway, type GatewayRequest } from '@fcgi-js/client';
import type { TapPrinter } from '@fcgi-js/inspector/tap';
import { defined } from '@fcgi-js/runner/command';
import type { PortChoice, WorkerPorts } from '@fcgi-js/runner/process';
import { type HeldSocket, openSocket, WorkerProcess } from '@fcgi-js/runner/process';
import { ProcessOutput } from './output-window.ts';
import { TailText } from './tail-text.ts';
import { openTap, type Tap } from './tap.ts';

/** What all generations have in common. Times are in seconds. */
export interface GenerationOptions {
  /** Where the application is served, as its environment says: the URL of the gateway. */
  readonly address: string;
  readonly args: readonly string[];
  /** Says which of the application's servers is served. */
  readonly choice: PortChoice;
  readonly env: NodeJS.ProcessEnv;
  readonly file: string;
  /** For sockets; only this user may enter it. */
  readonly folder: string;
  readonly mount: string | undefined;
  /** Those that the application opens itself, and that a generation has from the one before. */
  readonly ports: WorkerPorts;
  /** Told of what passes between gateway and application. */
  readonly printer: TapPrinter;
  readonly startTimeout: number;
  /** Gets what the application writes to its error output. */
  readonly stderr: (chunk: Buffer) => void;
  /** Gets what the application writes to its standard output. */
  readonly stdout: (chunk: Buffer) => void;
  readonly stopTimeout: number;
}

/**
 * How far a generation has come. `failed`: its process has ended before it was ready; `crashed`: later, by itself.
 */
export type GenerationState = 'crashed' | 'ended' | 'failed' | 'ready' | 'starting';

/** Milliseconds within which a process that has lost its connections has ended. */
const ENDING = 1_000;

/** One load of the application: a worker of its own, and a gateway in front of that alone. */
export class Generation {
  /** What the application is, in words, once it is ready. */
  application = '';
  readonly gateway: Gateway;
  /** The process has ended. */
  readonly gone: Promise<void>;
  /** How its process has ended, in words. */
  how = '';
  /** It is ready, or will never be. */
  readonly settled: Promise<void>;
  /** When it was settled or crashed, by `performance.now()`. */
  since = 0;
  state: GenerationState = 'starting';
  /** What it writes to either output, for those who look at a part of it. */
  readonly output = new ProcessOutput();
  /** The end of what it has written to its error output. */
  readonly stderr = new TailText();
  readonly #requestErrors = new WeakMap<GatewayRequest, unknown>();
  readonly #requestStderr = new WeakMap<GatewayRequest, TailText>();
  readonly #stopTimeout: number;
  readonly #tap: Tap;
  readonly #worker: WorkerProcess;
  #onGone = () => {};
  #onSettled = () => {};

  /** @param socket of the worker; it is closed here when the worker has it */
  constructor(socket: HeldSocket, tap: Tap, options: GenerationOptions) {
    const { address, args, choice, env, file, mount, ports, startTimeout, stderr, stdout, stopTimeout } =
      options;
    this.#stopTimeout = stopTimeout;
    this.#tap = tap;
    this.gone = new Promise((resolve) => {
      this.#onGone = resolve;
    });
    this.settled = new Promise((resolve) => {
      this.#onSettled = resolve;
    });
    this.gateway = createGateway({
      address: tap.address,
      ...defined({ mount }),
      // Only the developer sees it, on a page of its own.
      explain: false,
      onError: (error, request) => this.#requestErrors.set(request, error),
      onStderr: (content, request) => this.#keepStderr(content, request),
    });
    const told = {
      address,
      args,
      choice,
      file,
      recycle: {},
      startTimeout,
      stopTimeout,
      ...defined({ mount }),
    };
    const watch = {
      ports,
      message: (message: { readonly fcgi: string; readonly application?: string }) => {
        if (message.fcgi !== 'ready' || this.state !== 'starting') return;
        this.application = message.application ?? '';
        this.#become('ready');
      },
      exited: (how: string) => this.#exited(how),
      stderr: (source: Readable) => {
        source.on('data', (chunk: Buffer) => {
          this.stderr.add(chunk);
          this.output.add(chunk);
          stderr(chunk);
        });
      },
      stdout: (source: Readable) => {
        source.on('data', (chunk: Buffer) => {
          this.output.add(chunk);
          stdout(chunk);
        });
      },
    };
    const launch = { environment: env, folder: undefined, identity: undefined, later: {} };
    this.#worker = new WorkerProcess({ requests: socket.fd, upgrades: undefined }, told, launch, watch);
    socket.close();
  }

  /** For messages. */
  get pid(): number | undefined {
    return this.#worker.pid;
  }

  /** Why the gateway itself has answered a request, in words; `undefined` where the application has. */
  failureOf(request: GatewayRequest): string | undefined {
    const error = this.#requestErrors.get(request);
    return error instanceof Error ? error.message : undefined;
  }

  /** What the application wrote to FCGI_STDERR for a request. */
  stderrOf(request: GatewayRequest): string {
    return this.#requestStderr.get(request)?.text ?? '';
  }

  /** Whether its process has ended by itself; one that is about to is waited for. */
  async hasCrashed(): Promise<boolean> {
    const waiting = new AbortController();
    await Promise.race([this.gone, delay(ENDING, undefined, { signal: waiting.signal })]);
    waiting.abort();
    return this.state === 'crashed';
  }

  /** Lets its requests end, for a short while, and then its process; resolves when that has gone. */
  async end(): Promise<void> {
    if (this.state === 'ready' || this.state === 'starting') {
      this.#become('ended');
      this.#worker.stop(this.#stopTimeout);
    }
    await this.gone;
    await this.gateway.close({ timeout: 0 });
  }

  /** Ends its process at once. */
  kill(): void {
    this.#worker.kill();
  }

  #exited(how: string): void {
    this.how = how;
    if (this.state === 'starting') this.#become('failed');
    else if (this.state === 'ready') this.#become('crashed');
    // A request must not wait there for a worker that will not come.
    this.#tap.close();
    this.#onGone();
  }

  #become(state: GenerationState): void {
    this.state = state;
    this.since = performance.now();
    this.#onSettled();
  }

  #keepStderr(content: Uint8Array, request: GatewayRequest): void {
    const kept = this.#requestStderr.get(request) ?? new TailText();
    kept.add(content);
    this.#requestStderr.set(request, kept);
  }
}

/** @param number of this generation: each has sockets of its own */
export async function startGeneration(number: number, options: GenerationOptions): Promise<Generation> {
  const { folder, printer } = options;
  const socket = await openSocket(`unix:${join(folder, `${number}.app`)}`, {});
  const tap = await openTap(join(folder, `${number}.tap`), socket.address, printer);
  return new Generation(socket, tap, options);
}
