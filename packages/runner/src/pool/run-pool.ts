import { RunnerError } from '../errors.ts';
import type { Io } from '../io.ts';
import { ParentOutput } from '../logs/worker-output.ts';
import { onSignal } from '../process/held-signals.ts';
import { ServiceManager } from '../process/service-manager.ts';
import { watchStopSignals } from '../process/stop-signals.ts';
import { succeed, successorAtSignal, takeConnections } from '../process/succession.ts';
import { PoolGroup, type PoolGroupOptions } from './pool-group.ts';

/** What is served, see {@link PoolGroupOptions}. */
interface Task extends Omit<PoolGroupOptions, 'message' | 'news' | 'output'> {
  /** Called when this process is the one that serves, with the one before it. */
  readonly takesOver: (predecessor: number) => void;
}

/** Milliseconds in which a worker that is not stuck says so. */
const PATIENCE = 2_000;

/** What is bad news, without being the end. */
const TROUBLES = new Set(['crash-loop', 'resume-failed', 'start-failed']);

/** Makes this process the parent of workers: what signals, its process manager and a process after it have to do with them. */
export async function runPool(io: Io, task: Task): Promise<void> {
  const output = new ParentOutput(io);
  try {
    await keepWorkers(output, task);
  } finally {
    await output.flushed();
  }
}

async function keepWorkers(output: ParentOutput, task: Task): Promise<void> {
  const { say } = output;
  const { additions, folder, left, plan, pools, takesOver } = task;
  const signals = watchStopSignals();
  const manager = new ServiceManager(process.env, say);
  let phase: 'serving' | 'starting' = 'starting';
  const group = await PoolGroup.open({
    ...task,
    message: say,
    news: (event, text) => {
      if (event === 'started' && phase === 'starting') return;
      if (event === 'reloading') manager.reloading();
      else if (phase === 'starting' || TROUBLES.has(event) || group.phases.isReloading) manager.status(text);
      else manager.ready(text);
    },
    output,
  });
  const takeOver = async (predecessor: number) => {
    group.own();
    takesOver(predecessor);
    await succeed(
      pools.flatMap(({ options: { listen, upgradeListen } }) =>
        upgradeListen === undefined ? [listen] : [listen, upgradeListen],
      ),
    );
    // Some applications open a port later than they serve.
    const longest = Math.max(...pools.map(({ options }) => options.stopTimeout));
    setTimeout(() => group.closeUnusedPorts(), longest * 1000).unref();
    await group.takePlace();
  };
  const complain = (error: unknown) => {
    if (!(error instanceof RunnerError)) throw error;
    say(error.message);
  };
  void group.phases.begun.then((text) => {
    phase = 'serving';
    if (plan.kind === 'several') say(text);
    manager.ready(text);
    if (left !== undefined) takeOver(left.pid).catch(complain);
  });
  onSignal('SIGUSR1', () => {
    say('reopening logs');
    group.reopenLogs();
  });
  onSignal('SIGHUP', () => {
    say('reloading');
    manager.reloading();
    group.reload();
  });
  const replaced = successorAtSignal({ folder, group, say });
  if (left !== undefined) takeConnections((listen, connection) => group.take(listen, connection));
  group.start();
  if (left === undefined) {
    for (const address of group.addresses) {
      const warning = await additions.accessWarning?.(address);
      if (warning !== undefined) say(warning);
    }
  }
  manager.showLife(() => group.answers(PATIENCE));
  const reason = await Promise.race([signals.first, group.phases.failed, replaced]);
  if (typeof reason === 'string' && phase === 'starting')
    say(`${reason}: ended before ${group.name} was served`);
  await group.letGo();
  const successor = typeof reason === 'object' && 'takes' in reason ? reason : undefined;
  group.unpublish(successor);
  if (successor === undefined) await manager.stopping();
  else {
    successor.release();
    await manager.replacedBy(successor.pid);
  }
  if (reason instanceof RunnerError) {
    await group.end({ timeout: 0 });
    throw reason;
  }
  const ended = group.end({ successor }).then(() => successor?.given());
  const again = await Promise.race([ended, signals.second]);
  if (again === undefined) return;
  group.kill();
  throw new RunnerError('FCGI_REQUESTS_CUT_OFF', `${again}: ended at once, with what was under way`);
}
