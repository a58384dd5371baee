import { availableParallelism } from 'node:os';
import { messageText } from '@fcgi-js/inspector/text';
import { takeCgiRequest } from '@fcgi-js/server';
import type { Additions } from './additions.ts';
import { findApplication } from './application/find-application.ts';
import { defined } from './defined.ts';
import { optionError } from './errors.ts';
import type { Io } from './io.ts';
import { accessFormat } from './logs/access-format.ts';
import { prepareLogFiles } from './logs/prepare-log-files.ts';
import { checkOptions } from './options/check-options.ts';
import type { RunOptionValues } from './options/run-options.ts';
import { ownMessages } from './own-messages.ts';
import { leftSocket } from './pool/held-socket.ts';
import type { Inherited } from './pool/pool-socket.ts';
import { endWhenAbandoned } from './process/abandonment.ts';
import { readLaunchSettings } from './process/launch-settings.ts';
import { PidFile } from './process/pid-file.ts';
import { type StartFolder, startFolder } from './process/start-folder.ts';
import { FIRST_PORT, type Inheritance, inheritance, succeed } from './process/succession.ts';
import { outliveReaders } from './process-io.ts';
import { runAlone } from './run-alone.ts';

/** What {@link runProcess} is asked for. */
export interface RunOptions extends RunOptionValues {
  /** The file or folder of the application. */
  readonly app: string;
  /** For the application. */
  readonly args: readonly string[];
}

/** What the process before this one has left, and what is to be done when this one serves. */
function inherited(left: Inheritance, listen: string, pidFile: PidFile | undefined): Inherited {
  const given = leftSocket(left, listen);
  let isOurs = false;
  const serves = () => {
    isOurs = true;
    pidFile?.write(left.pid);
    return succeed();
  };
  // Until then the one before this one may have to go on.
  const socket = { ...given, unpublish: () => isOurs && given.unpublish() };
  const ports = left.ports.map((where, index) => ({ fd: FIRST_PORT + index, where }));
  return { address: socket.address, close: async () => {}, ports, serves, socket };
}

/** Files of the start folder that each worker reads anew are those that its name leads to then. */
function followingLinks(options: RunOptions, { named }: StartFolder): RunOptions {
  const { chdir, environmentFile } = options;
  return {
    ...options,
    ...defined({ chdir: chdir && named(chdir), environmentFile: environmentFile?.map(named) }),
  };
}

/**
 * Serves an application by this process, and by workers where it is to have them, until it is told to stop: with its signals, as what
 * its process manager watches.
 *
 * @throws RunnerError where that cannot be done as it was asked for
 */
export async function runProcess(io: Io, options: RunOptions, additions: Additions): Promise<void> {
  // Before the environment of the application is made of that of this process.
  const isPlainCgi = takeCgiRequest();
  const file = findApplication(options.app, io.cwd);
  checkOptions(options, isPlainCgi);
  const { workers } = options;
  const launch = readLaunchSettings(options);
  outliveReaders();
  if (options.umask !== undefined) process.umask(options.umask);
  prepareLogFiles(options, launch.identity);
  const { hidden } = accessFormat(options.accessLogFormat);
  if (options.accessLog !== undefined && hidden.length > 0) {
    io.stderr.write(
      `fcgi: the access log hides the values of ${messageText(hidden.join(', '))}: they are secrets\n`,
    );
  }
  if (isPlainCgi) return runAlone(io, { additions, file, options, launch });
  const pidFile = options.pidFile === undefined ? undefined : new PidFile(options.pidFile);
  const left = inheritance(ownMessages(io, 'cyan'));
  // The process before this one is in it until this one serves.
  if (left === undefined) pidFile?.write();
  endWhenAbandoned(ownMessages(io, 'cyan'));
  // However it ends: what the application throws ends this process at once.
  process.once('exit', () => pidFile?.remove());
  if (workers === undefined) {
    if (left !== undefined) throw optionError('Without --workers nothing takes the place of a parent.');
    return runAlone(io, { additions, file, options, launch });
  }
  const { runPool } = await import('./pool/run-pool.ts');
  const size = workers === 'auto' ? availableParallelism() : workers;
  const folder = startFolder(io.cwd, io.env['PWD']);
  return runPool(io, {
    additions,
    file: folder.named(file),
    folder,
    inherited: left && inherited(left, options.listen, pidFile),
    options: followingLinks(options, folder),
    size,
    launch,
  });
}
