import { Console } from 'node:console';
import { relative } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { FcgiServerError, takeCgiRequest } from '@fcgi-js/server';
import type { Additions } from './additions.ts';
import { type Application, loadApplication } from './application/load-application.ts';
import { NothingToServe } from './application/served-search.ts';
import { applicationEnds } from './application-ends.ts';
import { defined } from './defined.ts';
import { RunnerError } from './errors.ts';
import type { Io } from './io.ts';
import { listenFailure } from './listen-failure.ts';
import { loadBeforehand } from './load-beforehand.ts';
import type { LogSink } from './logs/log-file.ts';
import { SharedOutput, unblocked } from './logs/shared-output.ts';
import { loadLogs } from './logs/start-logs.ts';
import { onlyOnce, sayWhatCannotWork } from './missing-connections.ts';
import type { RunOptions } from './options/run-options.ts';
import { ownMessages } from './own-messages.ts';
import { type HeldSocket, inheritedSocket, openSocket } from './pool/held-socket.ts';
import { SocketFileWatch } from './pool/socket-file-watch.ts';
import { endDescendantsAtExit } from './process/end-descendants.ts';
import { onSignal, releaseSignal } from './process/held-signals.ts';
import { applyLaunchSettings, type LaunchSettings, socketOptions } from './process/launch-settings.ts';
import { ServiceManager } from './process/service-manager.ts';
import { releaseStopSignals, watchStopSignals } from './process/stop-signals.ts';
import { type Service, serveApplication } from './serve-application.ts';
import { AloneStatus } from './status/alone-status.ts';
import { openStatusListener } from './status/status-listener.ts';
import { wantsStatus } from './status/status-options.ts';
import { ownSite } from './status/status-site.ts';
import { reportStuckRequests } from './stuck-requests.ts';
import { hintAtUnknownPrefix } from './unknown-prefix.ts';
import { AloneUpgrades } from './upgrades/alone-upgrades.ts';
import { watchIdle } from './watch-idle.ts';
import { Watchdog } from './watchdog/watchdog.ts';

/** What is run, and how. */
interface Task {
  readonly additions: Additions;
  readonly file: string;
  readonly options: RunOptions;
  readonly preload: readonly string[];
  readonly launch: LaunchSettings;
}

/** Loads and serves an application in this process. */
export async function runAlone(io: Io, task: Task): Promise<void> {
  // In plain CGI the output is the response, and its reader waits for the end of this process anyway.
  if (takeCgiRequest()) {
    globalThis.console = new Console(io.stderr, io.stderr);
    return serveAlone(io, { stderr: io.stderr, stdout: io.stderr }, task);
  }
  const stderr = new SharedOutput(unblocked(io.stderr, 2));
  const stdout = new SharedOutput(unblocked(io.stdout, 1));
  try {
    await serveAlone(io, { stderr, stdout }, task);
  } finally {
    await Promise.all([stderr.flushed(), stdout.flushed()]);
  }
}

/** What this command says, and the logs of requests. The application has outputs of its own. */
interface Outputs {
  readonly stderr: LogSink;
  readonly stdout: LogSink;
}

async function serveAlone(
  io: Io,
  { stderr, stdout }: Outputs,
  { additions, file, options, launch, preload }: Task,
): Promise<void> {
  const say = ownMessages(io, 'cyan', stderr);
  const name = options.name ?? relative(io.cwd, file);
  const manager = new ServiceManager(process.env, say);
  const startLogs = await loadLogs(options);
  const reopenLogs = startLogs({
    report: say,
    stderr,
    stdout,
    user: launch.identity?.uid,
  });
  // Without a listener, Node opens its debugger at that signal.
  onSignal('SIGUSR1', reopenLogs);
  for (const signal of ['SIGHUP', 'SIGUSR2'] as const) {
    if (releaseSignal(signal) > 0)
      say(`${signal}: nothing can be reloaded without --workers; the start goes on`);
  }
  const socket = await openBeforehand(options, launch);
  const upgrades = takeCgiRequest() ? undefined : await AloneUpgrades.open(options, launch);
  const { blockedTimeout, requestTimeout, startTimeout } = options;
  const watchdog = takeCgiRequest()
    ? undefined
    : new Watchdog({
        blockedTimeout: blockedTimeout ?? requestTimeout,
        failed: (reason) =>
          say(
            `the thread that looks for a blocked event loop has failed, so that --blocked-timeout does nothing: ${reason}`,
          ),
        startTimeout,
      });
  if (launch.identity !== undefined) await loadBeforehand(watchdog, wantsStatus(options));
  applyLaunchSettings(launch);
  // As in a program of Node: while it blocks its event loop, an application that is loaded could not be ended otherwise.
  const early = releaseStopSignals();
  if (early !== undefined) {
    say(`${early}: ended before ${name} was loaded`);
    return socket?.unpublish();
  }
  endDescendantsAtExit();
  const loaded = await load({ ...options, file, preload }, say);
  const signals = watchStopSignals();
  const status = wantsStatus(options) && !takeCgiRequest() ? new AloneStatus(options) : undefined;
  const sayOnce = onlyOnce(say);
  hintAtUnknownPrefix(options.mount, sayOnce);
  const roles = sayWhatCannotWork(loaded.roles, { upgradeAddress: upgrades?.address, workers: 1 }, sayOnce);
  const application = { ...loaded, roles: status?.around(roles) ?? roles };
  const where = socket === undefined ? {} : { address: socket.address, listen: `fd:${socket.fd}` };
  const { accessWarning, openGateway } = additions;
  const service = await listening(() =>
    serveApplication(application, {
      ...options,
      ...where,
      notice: say,
      ...defined({ openGateway, upgrades: upgrades && { fd: upgrades.fd, sayOnce } }),
    }),
  );
  if (requestTimeout !== undefined) reportStuckRequests(requestTimeout, say);
  // It has said why, if it cannot.
  await watchdog?.watchEventLoop().catch(() => {});
  status?.start(name, service, options.backlog);
  const own = socketOptions(options, launch);
  const listener = await application.aside(() =>
    openStatusListener(options, own, status && ownSite(status.site)),
  );
  if (listener !== undefined) say(`its status is served on ${listener.address}`);
  const beside = upgrades === undefined ? '' : `, HTTP upgrades on ${upgrades.address}`;
  const served = `${name} (${application.kind}) is served on ${service.address}${beside}`;
  say(served);
  // Plain CGI has one request, and nothing else to wait for.
  if (service.address === 'cgi') return service.stop(Number.POSITIVE_INFINITY);
  manager.ready(served);
  // Not waited for: a signal may come first.
  void accessWarning?.(service.address).then((warning) => warning !== undefined && say(warning));
  // Whatever runs in this process has let this be asked.
  manager.showLife(async () => true);
  const socketFile = service.address.startsWith('unix:')
    ? new SocketFileWatch({
        address: service.address,
        isGone: service.isGone,
        renew: () => listening(service.listenAgain),
        say,
      })
    : undefined;
  upgrades?.watch(service, say);
  const closed = service.closed.then(say);
  const signal = await Promise.race([signals.first, closed, idleness(options, service)]);
  if (signal === 'idle')
    say(`no request for ${options.idleExit} s: it ends, to be started again for the next one`);
  await manager.stopping();
  await socketFile?.stop();
  await upgrades?.close();
  await listener?.close();
  socket?.unpublish();
  const timeout = options.stopTimeout * 1000;
  const deadline = performance.now() + timeout;
  if (signal === undefined) return applicationEnds(delay(timeout, undefined, { ref: false }), signals.first);
  const again = await Promise.race([service.stop(timeout), signals.second]);
  if (again !== undefined)
    throw new RunnerError('FCGI_REQUESTS_CUT_OFF', `${again}: ended at once, with what was under way`);
  // One listener is ours. Others listen because they have something to put in order; upgraded connections, for one.
  const isAlone = process.listenerCount(signal === 'idle' ? 'SIGTERM' : signal) === 1;
  if (!isAlone && signal === 'idle') process.emit('SIGTERM', 'SIGTERM');
  await Promise.race([service.endUpgrades(Math.max(deadline - performance.now(), 0)), signals.second]);
  if (isAlone) return;
  await applicationEnds(delay(timeout, undefined, { ref: false }), signals.second);
}

/** Resolves when no request has come for the time after which it is to end. */
function idleness({ idleExit }: RunOptions, service: Service): Promise<'idle'> {
  return new Promise((resolve) => {
    if (idleExit === undefined) return;
    const stats = () => {
      const figures = service.stats();
      // An upgraded connection is in use until it is closed.
      return { ...figures, activeRequests: figures.activeRequests + service.openUpgrades() };
    };
    watchIdle(idleExit, stats, () => resolve('idle'));
  });
}

/** Opens the socket as the user that this process still is, where it becomes another one before it serves. */
async function openBeforehand(options: RunOptions, launch: LaunchSettings): Promise<HeldSocket | undefined> {
  const { listen } = options;
  if (launch.identity === undefined || listen === 'auto') return undefined;
  return inheritedSocket(listen) === undefined
    ? openSocket(listen, socketOptions(options, launch))
    : undefined;
}

/** What the application throws is shown by Node, which knows best which line of it is to blame. */
async function load(
  { args, file, listen, port, preload, startTimeout }: RunOptions & Pick<Task, 'file' | 'preload'>,
  notice: (message: string) => void,
): Promise<Application> {
  try {
    const choice = { flag: '--port', ...defined({ port }) };
    return await loadApplication({
      address: listen,
      args,
      choice,
      file,
      notice,
      preload,
      timeout: startTimeout * 1000,
    });
  } catch (error) {
    if (error instanceof NothingToServe) throw new RunnerError('FCGI_APPLICATION_FAILED', error.message);
    notice(`${file} could not be loaded:`);
    void Promise.reject(error);
    // An application that handles rejections has had its turn then, and is not to be served all the same.
    await nextTurn();
    throw new RunnerError('FCGI_APPLICATION_FAILED', '');
  }
}

/** @throws RunnerError where the address cannot be listened on */
async function listening<Result>(listen: () => Promise<Result>): Promise<Result> {
  try {
    return await listen();
  } catch (error) {
    if (error instanceof FcgiServerError) throw new RunnerError('FCGI_SOCKET_UNUSABLE', listenFailure(error));
    throw error;
  }
}
