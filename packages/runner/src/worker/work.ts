import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { messageText } from '@fcgi-js/inspector/text';
import { loadApplication } from '../application/load-application.ts';
import { NothingToServe } from '../application/served-search.ts';
import { applicationEnds } from '../application-ends.ts';
import { loadBeforehand } from '../load-beforehand.ts';
import { loadLogs } from '../logs/start-logs.ts';
import { type SayOnce, sayWhatCannotWork } from '../missing-connections.ts';
import { socketOf } from '../passed-connection.ts';
import type { WorkerLogOptions, WorkerOptions } from '../pool/messages.ts';
import { WORKER_CHANNEL, WORKER_SOCKET, WORKER_UPGRADE_SOCKET } from '../pool/worker-process.ts';
import { endDescendantsAtExit } from '../process/end-descendants.ts';
import { onSignal } from '../process/held-signals.ts';
import { applyLateSettings } from '../process/launch-settings.ts';
import { watchStopSignals } from '../process/stop-signals.ts';
import { outliveReaders } from '../process-io.ts';
import { type Service, serveApplication } from '../serve-application.ts';
import { WorkerStatus } from '../status/worker-status.ts';
import { reportStuckRequests } from '../stuck-requests.ts';
import { hintAtUnknownPrefix } from '../unknown-prefix.ts';
import { watchIdle } from '../watch-idle.ts';
import { Watchdog } from '../watchdog/watchdog.ts';
import { Parent } from './parent.ts';
import { watchLimits } from './recycling.ts';
import { SharedDatagrams } from './shared-datagrams.ts';
import { SharedPorts } from './shared-ports.ts';

/** The life of a worker: told what to serve, it serves until the parent or a signal stops it. */
export async function work(): Promise<void> {
  // Otherwise what the application prints after its parent has gone would end it with its requests.
  outliveReaders();
  const parent = new Parent(WORKER_CHANNEL);
  const options = await parent.started;
  const { blockedTimeout, idleExit, requestTimeout, startTimeout, stopTimeout } = options;
  const watchdog = new Watchdog({
    blockedTimeout: blockedTimeout ?? requestTimeout,
    failed: (reason) => notice(`the thread that looks after this worker has failed: ${reason}`),
    parent: { grace: stopTimeout, pid: process.ppid },
    startTimeout,
  });
  endDescendantsAtExit();
  const startLogs = await loadWorkerLogs(parent, options.logs);
  if (options.identity !== undefined) await loadBeforehand(watchdog, options.status !== undefined);
  applyLateSettings(options);
  const signals = watchStopSignals();
  const reopenLogs = startLogs();
  parent.onReopen(reopenLogs);
  // Without a listener, Node opens its debugger at that signal.
  onSignal('SIGUSR1', reopenLogs);
  onSignal('SIGHUP', () => parent.tell({ fcgi: 'reload' }));
  const status = options.status && new WorkerStatus(options.status, parent);
  const service = await Promise.race([
    serve(options, parent, status, watchdog),
    parent.stopped,
    signals.first,
  ]);
  // Told to stop before it served anything.
  if (typeof service === 'string') return;
  if (service === undefined) {
    process.exitCode = 1;
    return;
  }
  if (requestTimeout !== undefined) reportStuckRequests(requestTimeout, notice);
  parent.tell({ fcgi: 'ready', application: service.kind });
  status?.start(service);
  watchLimits(
    options.recycle,
    () => service.stats().totalRequests,
    (reached) => parent.tell({ fcgi: 'recycle', ...reached }),
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
    service.closed.then((reason) => {
      notice(reason);
      return 'closed' as const;
    }),
  ]);
  const deadline = performance.now() + timeout;
  const ends = () => applicationEnds(delay(timeout, undefined, { ref: false }), signals.second);
  if (why === 'closed') return ends();
  const handOver = why === 'replaced' ? (socket: Duplex) => parent.pass(socket) : undefined;
  const stopped = service
    .stop(timeout, handOver, () => parent.tell({ fcgi: 'closed' }))
    .then(() => parent.passed())
    .then(() => status?.finish());
  await Promise.race([stopped, signals.second]);
  // One listener is ours. Others listen because they have something to put in order, now that its requests have ended; its upgraded
  // connections, for one.
  const isAlone = process.listenerCount('SIGTERM') === 1;
  if (!isAlone && !isTold) process.emit('SIGTERM', 'SIGTERM');
  const upgradesEnded = service.endUpgrades(Math.max(deadline - performance.now(), 0));
  await Promise.race([upgradesEnded, signals.second]);
  if (!isAlone) await ends();
}

/** Whether it is looked after from now on; otherwise the watchdog has said why. */
async function isWatched(watchdog: Watchdog): Promise<boolean> {
  return watchdog.watchEventLoop().then(
    () => true,
    () => false,
  );
}

/** @returns what begins to log; that returns what goes on in the files that have the names now */
async function loadWorkerLogs(parent: Parent, logs: WorkerLogOptions | undefined): Promise<() => () => void> {
  if (logs === undefined) return () => () => {};
  const { worker } = logs;
  const report = (text: string) => parent.tell({ fcgi: 'say', text: `worker ${worker}: ${text}` });
  const start = await loadLogs(logs);
  return () => start({ report, stderr: parent.sink('stderr'), stdout: parent.sink('stdout'), worker });
}

async function serve(
  options: WorkerOptions,
  parent: Parent,
  status: WorkerStatus | undefined,
  watchdog: Watchdog,
): Promise<(Service & { readonly kind: string }) | undefined> {
  const { file, startTimeout, upgradeAddress, workers = 1 } = options;
  const ports = new SharedPorts(parent, notice);
  new SharedDatagrams(parent, ports, notice).start();
  try {
    const loaded = await loadApplication({
      ...options,
      notice,
      opening: (listen) => ports.around(listen),
      timeout: startTimeout * 1000,
    });
    // Before the first request, which may block it, or end this process: by then the parent knows that it has been ready.
    if (!(await isWatched(watchdog))) return undefined;
    const sayOnce: SayOnce = (topic, text) => parent.tell({ fcgi: 'hint', text, topic });
    hintAtUnknownPrefix(options.mount, sayOnce);
    const roles = sayWhatCannotWork(loaded.roles, { upgradeAddress, workers }, sayOnce);
    const application = { ...loaded, roles: status?.around(roles) ?? roles };
    const service = await serveApplication(application, {
      ...options,
      listen: `fd:${WORKER_SOCKET}`,
      notice,
      ...(upgradeAddress === undefined ? {} : { upgrades: { fd: WORKER_UPGRADE_SOCKET, sayOnce } }),
    });
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
  process.stderr.write(`fcgi: ${messageText(message)}\n`);
}
