import { messageText } from '@fcgi-js/inspector/text';
import { takeCgiRequest } from '@fcgi-js/server';
import type { Additions } from './additions.ts';
import { optionError } from './errors.ts';
import type { Io } from './io.ts';
import { accessFormat } from './logs/access-format.ts';
import { prepareLogFiles } from './logs/prepare-log-files.ts';
import { aboutApplication, type PlannedApplication, type RunPlan } from './options/run-plan.ts';
import { ownMessages } from './own-messages.ts';
import { type PoolPlan, planPool } from './pool-plan.ts';
import { endWhenAbandoned } from './process/abandonment.ts';
import { PidFile } from './process/pid-file.ts';
import { startFolder } from './process/start-folder.ts';
import { inheritance } from './process/succession.ts';
import { outliveReaders } from './process-io.ts';
import { runAlone } from './run-alone.ts';

/**
 * Serves applications: one by this process, or by workers where it is to have them, several by workers of each. Until it is asked to
 * stop: with its signals, as what its process manager watches.
 *
 * @throws RunnerError where that cannot be done as it was asked for
 */
export async function runProcess(io: Io, plan: RunPlan, additions: Additions): Promise<void> {
  // Before the environment of the application is made of that of this process.
  const isPlainCgi = takeCgiRequest();
  const folder = startFolder(io.cwd, io.env['PWD']);
  const { applications, kind, parent } = plan;
  if (isPlainCgi && kind === 'several') {
    throw optionError('In plain CGI this process has one request to answer, and not several applications.');
  }
  const ofEach = <Result>(action: (application: PlannedApplication, index: number) => Result): Result[] =>
    applications.map((application, index) => {
      try {
        return action(application, index);
      } catch (error) {
        throw aboutApplication(error, plan, application);
      }
    });
  const pools = ofEach(({ options }) => planPool(options, { cwd: io.cwd, folder, isPlainCgi }));
  outliveReaders();
  if (parent.umask !== undefined) process.umask(parent.umask);
  ofEach(({ options }, index) => prepareLogFiles(options, pools[index]?.launch.identity));
  for (const warning of pools.flatMap(({ warnings }) => warnings)) ownMessages(io, 'cyan')(warning);
  sayWhatIsHidden(io, pools);
  const [first] = pools;
  const alone = kind === 'one' && (isPlainCgi || first?.size === undefined) ? first : undefined;
  if (alone !== undefined && isPlainCgi) return runAlone(io, { ...alone, additions });
  const pidFile = parent.pidFile === undefined ? undefined : new PidFile(parent.pidFile);
  const left = inheritance(ownMessages(io, 'cyan'));
  // The process before this one is in it until this one serves.
  if (left === undefined) pidFile?.write();
  endWhenAbandoned(ownMessages(io, 'cyan'));
  // However it ends: what the application throws ends this process at once.
  process.once('exit', () => pidFile?.remove());
  if (alone !== undefined) {
    if (left !== undefined) throw optionError('Without --workers nothing takes the place of a parent.');
    return runAlone(io, { ...alone, additions });
  }
  const { runPool } = await import('./pool/run-pool.ts');
  const takesOver = (predecessor: number) => pidFile?.takeOver(predecessor, ownMessages(io, 'cyan'));
  return runPool(io, { additions, folder, left, plan, pools, takesOver });
}

function sayWhatIsHidden(io: Io, pools: readonly PoolPlan[]): void {
  const formats = pools.flatMap(({ options: { accessLog, accessLogFormat } }) =>
    accessLog === undefined ? [] : accessFormat(accessLogFormat).hidden,
  );
  if (formats.length === 0) return;
  const hidden = messageText([...new Set(formats)].join(', '));
  io.stderr.write(`fcgi: the access log hides the values of ${hidden}: they are secrets\n`);
}
