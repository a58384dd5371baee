import { availableParallelism } from 'node:os';
import { findApplication } from './application/find-application.ts';
import { defined } from './defined.ts';
import { checkOptions } from './options/check-options.ts';
import type { RunOptions } from './options/run-options.ts';
import { type LaunchSettings, readLaunchSettings } from './process/launch-settings.ts';
import type { StartFolder } from './process/start-folder.ts';

/** One application, whose options have been checked, and what they name has been found. */
export interface PoolPlan {
  readonly file: string;
  readonly launch: LaunchSettings;
  readonly options: RunOptions;
  /** How many workers; undefined for a process that serves itself. */
  readonly size: number | undefined;
}

/**
 * Looks whether an application can be run as its options say, before anything is opened or started.
 *
 * @param cwd what the path of the application is relative to
 * @param isPlainCgi whether this process has one request to answer, and no socket
 * @throws RunnerError where it cannot be run like that
 */
export function planPool(
  given: RunOptions,
  {
    cwd,
    folder,
    isPlainCgi,
  }: { readonly cwd: string; readonly folder: StartFolder; readonly isPlainCgi: boolean },
): PoolPlan {
  checkOptions(given, isPlainCgi);
  const file = findApplication(given.app, cwd);
  const launch = readLaunchSettings(given);
  const { workers } = given;
  if (workers === undefined) return { file, launch, options: given, size: undefined };
  const size = workers === 'auto' ? availableParallelism() : workers;
  return { file: folder.named(file), launch, options: followingLinks(given, folder), size };
}

/** Files of the start folder that each worker reads anew are those that its name leads to then. */
function followingLinks(options: RunOptions, { named }: StartFolder): RunOptions {
  const { chdir, environmentFile } = options;
  return {
    ...options,
    ...defined({ chdir: chdir && named(chdir), environmentFile: environmentFile?.map(named) }),
  };
}
