import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { loadApplication, NothingToServe } from '../../application/load-application.ts';
import { outliveReaders } from '../../process-io.ts';
import { applicationEnds } from '../application-ends.ts';
import type { LogSink } from '../logs/log-file.ts';
import { startLogs } from '../logs/start-logs.ts';
import { TurnSink } from '../logs/turn-sink.ts';
import {
  connectionOf,
  isPassedConnection,
  type PassedConnection,
  sendable,
  socketOf,
} from '../passed-connection.ts';
import type { ParentMessage, WorkerLogOptions, WorkerMessage, WorkerOptions } from '../pool/messages.ts';
import { WORKER_SOCKET } from '../pool/worker-process.ts';
import { settle } from '../process/surroundings.ts';
import { type Service, serveApplication } from '../serve-application.ts';
import { WorkerStatus } from '../status/worker-status.ts';
import { watchStopSignals } from '../stop-signals.ts';
import { reportStuckRequests } from '../stuck-requests.ts';
import { watchIdle } from '../watch-idle.ts';
import { Watchdog } from '../watchdog/watchdog.ts';
import { watchLimits } from './recycling.ts';

/** The life of a worker: told what to serve, it serves until the parent, or whoever signals it, wants it to stop. */
export async function work(): Promise<void> {
  // Otherwise what the application prints after its parent has gone would end it with its requests.
  outliveReaders();
  const parent = new Parent();
  const options = await parent.started;
  const { blockedTimeout, idleExit, requestTimeout, stopTimeout } = options;
  const watchdog = new Watchdog({ grace: stopTimeout, pid: process.ppid }, blockedTimeout ?? requestTimeout);
  settle(options);
  const signals = watchStopSignals();
  const reopenLogs = await startWorkerLogs(parent, options.logs);
  parent.onReopen(reopenLogs);
  // Without a listener, Node opens its debugger to whoever sends that signal.
  process.on('SIGUSR1', reopenLogs);
  const status = options.status && new WorkerStatus(options.status, (message) => parent.tell(message));
  const service = await serve(options, status);
  if (service === undefined) {
    process.exitCode = 1;
    return;
  }
  if (requestTimeout !== undefined) reportStuckRequests(requestTimeout, notice);
  await watchdog.watchEventLoop();
  parent.tell({ fcgi: 'ready', application: service.kind });
  status?.start(service.stats);
  watchLimits(
    options.recycle,
    () => service.stats().totalRequests,
    (reason) => parent.tell({ fcgi: 'recycle', reason }),
  );
  if (idleExit !== undefined) {
    watchIdle(idleExit, service.stats, (isIdle) => parent.tell({ fcgi: 'idle', isIdle }));
  }
  const timeout = stopTimeout * 1000;
  let isTold = false;
  void signals.first.then(() => {
    isTold = true;
  });
  parent.onConnection = (connection) => service.accept(socketOf(connection));
  const why = await Promise.race([
    parent.stopped,
    signals.first,
    service.closed.then(() => 'closed' as const),
  ]);
  const ends = () => applicationEnds(delay(timeout, undefined, { ref: false }), signals.second);
  if (why === 'closed') return ends();
  const handOver = why === 'replaced' ? (socket: Duplex) => parent.pass(socket) : undefined;
  const stopped = service.stop(timeout, handOver).then(() => parent.passed());
  await Promise.race([stopped, signals.second]);
  // One listener is ours. Whoever else there is has something to put in order, now that its requests have ended.
  if (process.listenerCount('SIGTERM') === 1) return;
  if (!isTold) process.emit('SIGTERM', 'SIGTERM');
  await ends();
}

async function startWorkerLogs(parent: Parent, logs: WorkerLogOptions | undefined): Promise<() => void> {
  if (logs === undefined) return () => {};
  const { worker } = logs;
  const report = (text: string) => parent.tell({ fcgi: 'say', text: `worker ${worker}: ${text}` });
  return startLogs(logs, { report, stderr: parent.sink('stderr'), stdout: parent.sink('stdout'), worker });
}

async function serve(
  options: WorkerOptions,
  status: WorkerStatus | undefined,
): Promise<(Service & { readonly kind: string }) | undefined> {
  const { file, startTimeout } = options;
  try {
    const loaded = await loadApplication({ ...options, notice, timeout: startTimeout * 1000 });
    const application = status === undefined ? loaded : { ...loaded, roles: status.around(loaded.roles) };
    const service = await serveApplication(application, { ...options, listen: `fd:${WORKER_SOCKET}` });
    return { ...service, kind: application.kind };
  } catch (error) {
    if (error instanceof NothingToServe) {
      notice(error.message);
      return undefined;
    }
    notice(`${file} could not be loaded:`);
    throw error;
  }
}

function notice(message: string): void {
  process.stderr.write(`fcgi: ${message}\n`);
}

/** The process that has started this one. */
class Parent {
  readonly started: Promise<WorkerOptions>;
  /** It wants this worker to stop, because another takes its place or without one; or it has gone. */
  readonly stopped: Promise<'ended' | 'replaced'>;
  /** Gets the connections that other workers have left. */
  onConnection: (connection: PassedConnection) => void = (connection) => connection.close();
  readonly #passing = new Set<Promise<void>>();
  #reopen = () => {};
  /** Characters of log lines that it has not taken yet. */
  #unsent = 0;

  constructor() {
    let start: (options: WorkerOptions) => void = () => {};
    let stop: (how: 'ended' | 'replaced') => void = () => {};
    this.started = new Promise((resolve) => {
      start = resolve;
    });
    this.stopped = new Promise((resolve) => {
      stop = resolve;
    });
    process.on('message', (message: ParentMessage, handle: unknown) => {
      if (message.fcgi === 'start') {
        // The application alone decides whether this process has something to do.
        process.channel?.unref();
        start(message.options);
      } else if (message.fcgi === 'ask') this.tell({ fcgi: 'alive' });
      else if (message.fcgi === 'reopen') this.#reopen();
      else if (message.fcgi === 'stop') stop(message.hasSuccessor ? 'replaced' : 'ended');
      else if (isPassedConnection(handle)) this.onConnection(handle);
    });
    process.once('disconnect', () => stop('ended'));
  }

  tell(message: WorkerMessage, told = () => {}): void {
    // Gone, there is nobody to be told; `stopped` says so.
    if (process.connected) process.send?.(message, undefined, {}, told);
  }

  /** Log files have been renamed. */
  onReopen(reopen: () => void): void {
    this.#reopen = reopen;
  }

  /** An output of the parent, for whole lines. */
  sink(to: 'stderr' | 'stdout'): LogSink {
    return new TurnSink((lines) => {
      if (this.#unsent > UNSENT_LIMIT) return;
      this.#unsent += lines.length;
      this.tell({ fcgi: 'log', lines, to }, () => {
        this.#unsent -= lines.length;
      });
    });
  }

  /** Leaves a connection to whoever takes this worker's place. */
  pass(socket: Duplex): void {
    const connection = connectionOf(socket);
    if (connection === undefined || !process.connected) {
      socket.destroy();
      return;
    }
    connection.readStop();
    const passing = new Promise<void>((resolve) => {
      const message: WorkerMessage = { fcgi: 'connection' };
      process.send?.(message, sendable(connection), {}, () => {
        socket.destroy();
        this.#passing.delete(passing);
        resolve();
      });
    });
    this.#passing.add(passing);
  }

  /** Resolves when all connections are on their way. */
  async passed(): Promise<void> {
    // Each waits until the parent has got the one before.
    process.channel?.ref();
    await Promise.all(this.#passing);
    process.channel?.unref();
  }
}

/** Characters of log lines for a parent that does not take them; more of them are lost. */
const UNSENT_LIMIT = 1_048_576;
