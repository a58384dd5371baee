import { availableParallelism } from 'node:os';
import { findApplication } from './application/find-application.ts';
import { defined } from './defined.ts';
import { checkOptions } from './options/check-options.ts';
import type { RunOptions } from './options/run-options.ts';
import { type LaunchSettings, readLaunchSettings } from './process/launch-settings.ts';
import type { StartFolder } from './process/start-folder.ts';
import { optionsFor } from './project/options-for.ts';

/** One application, whose options have been checked, and what they name has been found. */
export interface PoolPlan {
  /** What the application's own start script adds to its environment. */
  readonly assigned: Readonly<Record<string, string>>;
  readonly file: string;
  readonly launch: LaunchSettings;
  readonly options: RunOptions;
  /** Modules that are loaded before the application, as its start script names them. */
  readonly preload: readonly string[];
  /** How many workers; undefined for a process that serves itself. */
  readonly size: number | undefined;
  /** What an operator should know of the application, though it can be run. */
  readonly warnings: readonly string[];
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
  const project = findApplication(given.app, cwd);
  const { environment: assigned, file, preload, warnings } = project;
  const options = optionsFor(project, given);
  const launch = readLaunchSettings(options, assigned);
  const { workers } = given;
  if (workers === undefined) return { assigned, file, launch, options, preload, size: undefined, warnings };
  const size = workers === 'auto' ? availableParallelism() : workers;
  return {
    assigned,
    file: folder.named(file),
    launch,
    options: followingLinks(options, folder),
    preload,
    size,
    warnings,
  };
}

/** Files of the start folder that each worker reads anew are those that its name leads to then. */
function followingLinks(options: RunOptions, { named }: StartFolder): RunOptions {
  const { chdir, environmentFile } = options;
  return {
    ...options,
    ...defined({ chdir: chdir && named(chdir), environmentFile: environmentFile?.map(named) }),
  };
}
