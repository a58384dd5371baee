import { setTimeout as delay } from 'node:timers/promises';
import { loadApplication, NothingToServe } from '../../application/load-application.ts';
import { applicationEnds } from '../application-ends.ts';
import type { ParentMessage, WorkerMessage, WorkerOptions } from '../pool/messages.ts';
import { WORKER_SOCKET } from '../pool/worker-process.ts';
import { settle } from '../process/surroundings.ts';
import { type Service, serveApplication } from '../serve-application.ts';
import { WorkerStatus } from '../status/worker-status.ts';
import { watchStopSignals } from '../stop-signals.ts';
import { reportStuckRequests } from '../stuck-requests.ts';
import { Watchdog } from '../watchdog/watchdog.ts';
import { watchLimits } from './recycling.ts';

/** The life of a worker: told what to serve, it serves until the parent, or whoever signals it, wants it to stop. */
export async function work(): Promise<void> {
  const parent = new Parent();
  const options = await parent.started;
  const { blockedTimeout, requestTimeout, stopTimeout } = options;
  const watchdog = new Watchdog({ grace: stopTimeout, pid: process.ppid }, blockedTimeout ?? requestTimeout);
  settle(options);
  const signals = watchStopSignals();
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
  const timeout = stopTimeout * 1000;
  let isTold = false;
  void signals.first.then(() => {
    isTold = true;
  });
  const isClosed = await Promise.race([parent.stopped, signals.first, service.closed.then(() => true)]);
  const ends = () => applicationEnds(delay(timeout, undefined, { ref: false }), signals.second);
  if (isClosed === true) return ends();
  await Promise.race([service.stop(timeout), signals.second]);
  // One listener is ours. Whoever else there is has something to put in order, now that its requests have ended.
  if (process.listenerCount('SIGTERM') === 1) return;
  if (!isTold) process.emit('SIGTERM', 'SIGTERM');
  await ends();
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
  /** It wants this worker to stop, or has gone. */
  readonly stopped: Promise<'stop'>;

  constructor() {
    let start: (options: WorkerOptions) => void = () => {};
    let stop: (word: 'stop') => void = () => {};
    this.started = new Promise((resolve) => {
      start = resolve;
    });
    this.stopped = new Promise((resolve) => {
      stop = resolve;
    });
    process.on('message', (message: ParentMessage) => {
      if (message.fcgi === 'start') {
        // The application alone decides whether this process has something to do.
        process.channel?.unref();
        start(message.options);
      } else if (message.fcgi === 'ask') this.tell({ fcgi: 'alive' });
      else if (message.fcgi === 'stop') stop('stop');
    });
    process.once('disconnect', () => stop('stop'));
  }

  tell(message: WorkerMessage): void {
    // Gone, there is nobody to be told; `stopped` says so.
    if (process.connected) process.send?.(message, undefined, {}, () => {});
  }
}
