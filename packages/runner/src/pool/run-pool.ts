import { relative } from 'node:path';
import type { Additions } from '../additions.ts';
import { defined } from '../defined.ts';
import { RunnerError } from '../errors.ts';
import type { Io } from '../io.ts';
import { prepareLogFiles } from '../logs/prepare-log-files.ts';
import { ParentOutput } from '../logs/worker-output.ts';
import { onSignal } from '../process/held-signals.ts';
import { ServiceManager } from '../process/service-manager.ts';
import type { StartFolder } from '../process/start-folder.ts';
import { watchStopSignals } from '../process/stop-signals.ts';
import { successorAtSignal } from '../process/succession.ts';
import { readSurroundings, type Surroundings, socketOptions } from '../process/surroundings.ts';
import type { RunOptions } from '../run-process.ts';
import { ListenQueueWatch } from '../status/listen-queue.ts';
import { StatusBook } from '../status/status-book.ts';
import { openStatusListener } from '../status/status-listener.ts';
import { wantsStatus } from '../status/status-options.ts';
import { Pool } from './pool.ts';
import type { PoolNews } from './pool-command.ts';
import { type Inherited, openPoolSocket } from './pool-socket.ts';
import { WorkerPorts } from './worker-ports.ts';

/** What the workers are to serve, and how many of them. */
interface Kept {
  readonly additions: Additions;
  readonly file: string;
  readonly folder: StartFolder;
  readonly inherited: Inherited | undefined;
  readonly name: string;
  readonly size: number;
}

/** Milliseconds in which a worker that is not stuck says so. */
const PATIENCE = 2_000;
/** Seconds without a request after which workers on demand end. */
const IDLE_EXIT = 60;

/** The parent of the workers: holds the socket, and keeps as many of them as there ought to be. */
export async function runPool(
  io: Io,
  kept: Omit<Kept, 'name'>,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<void> {
  const output = new ParentOutput(io, options, surroundings.identity?.uid);
  try {
    const name = relative(kept.folder.path, kept.file);
    await keepWorkers(output, { ...kept, name }, options, surroundings);
  } finally {
    await output.flushed();
  }
}

async function keepWorkers(
  output: ParentOutput,
  { additions, file, folder, inherited, name, size }: Kept,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { say } = output;
  const signals = watchStopSignals();
  const manager = new ServiceManager(process.env, say);
  const { address, close, socket } =
    inherited ?? (await openPoolSocket(options, surroundings, additions.openGateway));
  const { allow, args, backlog, blockedTimeout, limits, maxAge, maxMemory, maxRequests, mount } = options;
  const { pingPath, port, requestTimeout, startTimeout, statusPath, stopTimeout } = options;
  const recycle = defined({ maxAge, maxMemory, maxRequests });
  const { onDemand = false } = options;
  const idleExit = onDemand ? (options.idleExit ?? IDLE_EXIT) : undefined;
  const status = wantsStatus(options) ? defined({ pingPath, statusPath }) : undefined;
  const worker = {
    workers: size,
    ...{ address, args, file, recycle, startTimeout, stopTimeout },
    choice: { flag: '--port', ...defined({ port }) },
    ...defined({ allow, backlog, blockedTimeout, idleExit, limits, mount, requestTimeout, status }),
  };
  const listenQueue = status && new ListenQueueWatch(`fd:${socket.fd}`, backlog);
  const book = new StatusBook({
    manager: onDemand ? 'ondemand' : 'static',
    name,
    ...defined({ listenQueue }),
  });
  const renewed = renewing(options, surroundings, folder, say);
  const { accessLog, accessLogFormat, slowLog, slowTime } = options;
  let phase: 'serving' | 'starting' = 'starting';
  const news = (event: PoolNews['event'], text: string) => {
    say(text);
    if (event === 'started') phase = 'serving';
    if (event === 'started') void inherited?.serves().then(takeOver).catch(complain);
    if (event === 'crash-loop' || event === 'wake-failed') manager.status(text);
    else manager.ready(text);
  };
  const logs = { accessLogFormat, slowTime, ...defined({ accessLog, slowLog }) };
  const ports = new WorkerPorts(inherited?.ports);
  const parts = { book, logs, news, output, ports, say, surroundings: renewed, worker };
  // Who takes the place of another shows first that it can serve.
  const beginning = { asleep: onDemand && inherited === undefined, onDemand };
  const pool = new Pool({ address, beginning, name, size, socket: socket.fd, ...parts });
  const site = { ...status, snapshot: () => pool.snapshot() };
  let listener: Awaited<ReturnType<typeof openStatusListener>>;
  const openStatus = async () => {
    listener = await openStatusListener(options, socketOptions(options, surroundings), site);
    if (listener !== undefined) say(`its status is told on ${listener.address}`);
  };
  const takeOver = () => {
    // Some applications open a port later than they serve.
    setTimeout(() => ports.closeUnused(), stopTimeout * 1000).unref();
    return openStatus();
  };
  const complain = (error: unknown) => {
    if (!(error instanceof RunnerError)) throw error;
    say(error.message);
  };
  // Until this process serves, the one before it has the address of the status.
  if (inherited === undefined) await openStatus();
  onSignal('SIGUSR1', () => {
    say('reopening logs');
    try {
      prepareLogFiles(options, surroundings.identity);
    } catch (error) {
      say((error as Error).message);
    }
    output.reopen();
    pool.reopenLogs();
  });
  onSignal('SIGHUP', () => {
    say('reloading');
    manager.reloading();
    pool.reload();
  });
  const left = { address, listen: options.listen, pid: process.pid };
  const replaced = successorAtSignal({ fd: socket.fd, folder, left, ports: () => ports.held(), say });
  pool.start();
  const warning = inherited === undefined ? await additions.accessWarning?.(address) : undefined;
  if (warning !== undefined) say(warning);
  manager.showLife(() => pool.answers(PATIENCE));
  const reason = await Promise.race([signals.first, pool.ended, replaced]);
  if (typeof reason === 'string' && phase === 'starting') say(`${reason}: ended before ${name} was served`);
  await listener?.close();
  if (typeof reason === 'object') {
    reason.release();
    await manager.replacedBy(reason.pid);
  } else {
    await manager.stopping();
    socket.unpublish();
  }
  if (typeof reason === 'boolean') {
    await close(1);
    const where = options.output === undefined ? '' : `: what it has printed is in ${options.output}`;
    throw new RunnerError('FCGI_APPLICATION_FAILED', `${name} could not be started${where}`);
  }
  const deadline = performance.now() + stopTimeout * 1000;
  const ended = close(stopTimeout * 1000).then(() => {
    // What the gateway has taken of it, the workers have no more.
    pool.end(Math.max(deadline - performance.now(), 0) / 1000);
    return pool.ended;
  });
  const again = await Promise.race([ended, signals.second]);
  if (typeof again !== 'string') return;
  pool.kill();
  throw new RunnerError('FCGI_REQUESTS_CUT_OFF', `${again}: ended at once, with what was under way`);
}

/** What a worker finds around it is looked at when it starts, and stays as it was when that can no longer be. */
function renewing(
  options: RunOptions,
  first: Surroundings,
  start: StartFolder,
  say: (message: string) => void,
): () => Surroundings {
  let latest = first;
  return () => {
    try {
      latest = readSurroundings(options);
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      say(`${error.message} The next worker has what the one before it had`);
    }
    // Always by its path: the folder of this process may be another one by now, or none.
    return { ...latest, folder: latest.folder ?? start.path };
  };
}
