import { RunnerError } from '../errors.ts';
import type { Io } from '../io.ts';
import { ParentOutput } from '../logs/worker-output.ts';
import { onSignal } from '../process/held-signals.ts';
import { ServiceManager } from '../process/service-manager.ts';
import { watchStopSignals } from '../process/stop-signals.ts';
import { successorAtSignal, takeConnections } from '../process/succession.ts';
import type { PoolNews } from './pool-command.ts';
import { ServedPool, type ServedPoolOptions } from './served-pool.ts';

/** What is served, see {@link ServedPoolOptions}. */
type Task = Omit<ServedPoolOptions, 'news' | 'output' | 'say'>;

/** Milliseconds in which a worker that is not stuck says so. */
const PATIENCE = 2_000;

/** Makes this process the parent of workers: what signals, its process manager and a process after it have to do with them. */
export async function runPool(io: Io, task: Task): Promise<void> {
  const output = new ParentOutput(io, task.options, task.launch.identity?.uid);
  try {
    await keepWorkers(output, task);
  } finally {
    await output.flushed();
  }
}

async function keepWorkers(output: ParentOutput, task: Task): Promise<void> {
  const { say } = output;
  const { additions, folder, inherited, options } = task;
  const { stopTimeout } = options;
  const signals = watchStopSignals();
  const manager = new ServiceManager(process.env, say);
  let phase: 'serving' | 'starting' = 'starting';
  const news = (event: PoolNews['event'], text: string) => {
    say(text);
    if (event === 'started') phase = 'serving';
    if (event === 'started') void inherited?.serves().then(takeOver).catch(complain);
    if (event === 'crash-loop' || event === 'resume-failed') manager.status(text);
    else manager.ready(text);
  };
  const pool = await ServedPool.open({ ...task, news, output, say });
  const { address, name, ports } = pool;
  const takeOver = () => {
    // Some applications open a port later than they serve.
    setTimeout(() => ports.closeUnused(), stopTimeout * 1000).unref();
    return pool.takePlace();
  };
  const complain = (error: unknown) => {
    if (!(error instanceof RunnerError)) throw error;
    say(error.message);
  };
  onSignal('SIGUSR1', () => {
    say('reopening logs');
    pool.reopenLogs();
  });
  onSignal('SIGHUP', () => {
    say('reloading');
    manager.reloading();
    pool.reload();
  });
  const left = { address, listen: options.listen, pid: process.pid };
  const replaced = successorAtSignal({
    fd: () => pool.socket.fd,
    folder,
    left,
    ports: () => ports.held(),
    say,
  });
  if (inherited !== undefined) takeConnections((connection) => pool.take(connection));
  pool.start();
  const warning = inherited === undefined ? await additions.accessWarning?.(address) : undefined;
  if (warning !== undefined) say(warning);
  manager.showLife(() => pool.answers(PATIENCE));
  const reason = await Promise.race([signals.first, pool.ended, replaced]);
  if (typeof reason === 'string' && phase === 'starting') say(`${reason}: ended before ${name} was served`);
  await pool.letGo();
  if (typeof reason === 'object') {
    reason.release();
    await manager.replacedBy(reason.pid);
  } else {
    await manager.stopping();
    pool.socket.unpublish();
  }
  if (typeof reason === 'boolean') {
    await pool.end(0);
    throw pool.startFailure();
  }
  const successor = typeof reason === 'object' ? reason : undefined;
  const ended = pool.end(stopTimeout, successor?.give).then(() => successor?.given());
  const again = await Promise.race([ended, signals.second]);
  if (again === undefined) return;
  pool.kill();
  throw new RunnerError('FCGI_REQUESTS_CUT_OFF', `${again}: ended at once, with what was under way`);
}
