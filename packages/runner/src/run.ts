import { EventEmitter } from 'node:events';
import { optionError, RunnerError } from './errors.ts';
import { prepareLogFiles } from './logs/prepare-log-files.ts';
import { ParentOutput } from './logs/worker-output.ts';
import { defaultValues, type RunConfig, type RunOptions } from './options/run-options.ts';
import { isObject, readWritten } from './options/written-options.ts';
import type { PoolNews } from './pool/pool-command.ts';
import { PoolGroup } from './pool/pool-group.ts';
import { planPool } from './pool-plan.ts';
import { startFolder } from './process/start-folder.ts';
import type { Snapshot } from './status/snapshot.ts';

/** What a {@link Runner} tells. */
export interface RunnerEvents {
  /** What an operator is to know, in words: a line that `fcgi run` would print. */
  message: [text: string];
  /** What has become of the workers as a whole, and the same in words. */
  news: [event: PoolNews['event'], text: string];
  /** No worker is left. */
  end: [];
}

/** What {@link run} is asked for: options as in a configuration file of `fcgi run`. */
export interface RunnerOptions extends Omit<RunConfig, 'apps'> {
  /** The application: its file, or the folder of its package.json; relative to the working directory. */
  readonly app: string;
  /** Ends the runner when it is aborted, as {@link Runner.close} does. Aborted before the application is served, {@link run} rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options that are about the process which runs the workers, and that only a command can follow. */
const OF_A_COMMAND = ['pidFile', 'umask'] as const;

/**
 * An application that is being served by workers, which are processes of their own. The process that runs it never accepts a
 * connection itself, and whatever it does, requests are answered.
 */
export class Runner extends EventEmitter<RunnerEvents> {
  readonly #output: ParentOutput;
  readonly #group: PoolGroup;
  readonly #stopTimeout: number;
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(group: PoolGroup, output: ParentOutput, stopTimeout: number) {
    super();
    this.#output = output;
    this.#group = group;
    this.#stopTimeout = stopTimeout;
    void group.ended.then(() => this.emit('end'));
  }

  /** Where the application is served: `unix:/path` or `tcp:HOST:PORT`. */
  get address(): string {
    return this.#group.addresses[0] ?? '';
  }

  /**
   * Loads the application anew, as HUP does with `fcgi run`: the old workers go on until the new ones serve, and no request is lost.
   *
   * @returns resolves when all workers serve the new code. On demand, while none runs, at once: the next one loads it
   * @throws RunnerError with the code FCGI_APPLICATION_FAILED where the new code could not be started; the old workers go on
   */
  async reload(): Promise<void> {
    const outcome = new Promise<PoolNews['event'] | 'end'>((resolve) => {
      const heard = (event: PoolNews['event']) => {
        const isOver = event === 'reloaded' || event === 'reload-failed' || event === 'idle';
        // Another reload follows, that was asked for meanwhile.
        if (!isOver || this.#group.phases.isReloading) return;
        this.off('news', heard);
        resolve(event);
      };
      this.on('news', heard);
      this.once('end', () => resolve('end'));
    });
    this.#group.reload();
    const event = await outcome;
    if (event === 'reload-failed' || event === 'end') {
      throw new RunnerError(
        'FCGI_APPLICATION_FAILED',
        event === 'end'
          ? `${this.#group.name} was not loaded anew: the runner has been closed.`
          : `${this.#group.name} could not be loaded anew: its worker has ended before it was ready. The workers from before go on.`,
      );
    }
  }

  /** Goes on in the log files that have the names now, after they have been renamed. */
  reopenLogs(): void {
    this.#group.reopenLogs();
  }

  /** How it is about the workers, who are asked: what the status page tells. */
  status(): Promise<Snapshot> {
    const [snapshot] = this.#group.snapshots.values();
    return snapshot!();
  }

  /**
   * Lets the requests under way end, then the workers. The socket of a path is removed at once.
   *
   * @param timeout seconds after which what is left is cut off; default `stopTimeout` of the options
   */
  close(timeout = this.#stopTimeout): Promise<void> {
    this.#closed ??= this.#close(timeout);
    return this.#closed;
  }

  /** As {@link close}, at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeout: number): Promise<void> {
    await this.#group.letGo();
    this.#group.unpublish();
    await this.#group.end({ timeout });
    this.#group.close();
    await this.#output.flushed();
  }
}

/**
 * Runs an application over FastCGI, as `fcgi run --workers` does: unchanged, in processes of its own.
 *
 * What the application prints goes to the outputs of this process, or into the file of the option `output`. Signals stay with the
 * program that calls this, and so does its end: workers whose parent has gone let their requests end, and then go too.
 *
 * @param options as in a configuration file: times in seconds, or as text with a unit; sizes as text with a unit.
 *   `workers` is 1 unless told otherwise
 * ```ts
 * await using running = await run({ app: 'app.js', listen: 'unix:/run/app.sock', workers: 4, signal });
 * ```
 *
 * @returns resolves when the application is served; on demand, when the socket is open
 * @throws RunnerError where the options make no sense, the socket cannot be opened, or the application cannot be started
 */
export async function run(options: RunnerOptions): Promise<Runner> {
  const { signal, values } = readOptions(options);
  signal?.throwIfAborted();
  const cwd = process.cwd();
  const folder = startFolder(cwd, process.env['PWD']);
  const pool = planPool(values, { cwd, folder, isPlainCgi: false });
  prepareLogFiles(values, pool.launch.identity);
  const output = new ParentOutput(process);
  const listeners = new EventEmitter<RunnerEvents>();
  const group = await PoolGroup.open({
    additions: {},
    folder,
    left: undefined,
    message: (text) => listeners.emit('message', text),
    news: (event, text) => listeners.emit('news', event, text),
    output,
    plan: { applications: [{ options: values, source: 'run()' }], kind: 'one', parent: values },
    pools: [pool],
  });
  const runner = new Runner(group, output, values.stopTimeout);
  listeners.on('message', (text) => runner.emit('message', text));
  listeners.on('news', (event, text) => runner.emit('news', event, text));
  group.start();
  const failure = await Promise.race([
    group.phases.begun,
    group.phases.failed,
    closeWhenAborted(runner, signal),
  ]);
  if (signal?.aborted) {
    await runner.close();
    throw signal.reason;
  }
  if (typeof failure === 'string') return runner;
  await runner.close(0);
  throw failure;
}

/** Resolves when the runner has been closed because of the signal, and never without one. */
async function closeWhenAborted(runner: Runner, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const onAbort = () => resolve();
    // Meanwhile the socket has been opened.
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    // A signal may live longer than many runners.
    runner.once('end', () => signal?.removeEventListener('abort', onAbort));
  });
  await runner.close();
}

function readOptions(options: RunnerOptions): { signal: AbortSignal | undefined; values: RunOptions } {
  if (!isObject(options) || !('app' in options)) {
    throw optionError(
      'run() needs an object with the application as "app": run({ app: "app.js", listen: "unix:/run/app.sock" }).',
    );
  }
  for (const name of OF_A_COMMAND) {
    if (options[name] !== undefined)
      throw optionError(`run(): "${name}" is for the command fcgi run, which owns its process.`);
  }
  const { signal, ...written } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw optionError('run(): "signal" must be an AbortSignal, such as that of an AbortController.');
  const given = readWritten(written, process.cwd(), 'run()');
  const values = { args: [], workers: 1, ...defaultValues(), ...given } as Partial<RunOptions> as RunOptions;
  return { signal, values };
}
