import { defined } from '../defined.ts';
import { RunnerError } from '../errors.ts';
import type { PoolPlan } from '../pool-plan.ts';
import { type LaunchSettings, readLaunchSettings } from '../process/launch-settings.ts';
import type { StartFolder } from '../process/start-folder.ts';
import { wantsStatus } from '../status/status-options.ts';

/** Seconds without a request after which workers on demand end. */
const IDLE_EXIT = 60;

/** The options that each worker gets, from those of its application. */
export function workerOptions(
  { file, options, preload, size = 1 }: PoolPlan,
  { address, upgradeAddress }: { readonly address: string; readonly upgradeAddress: string | undefined },
) {
  const { allow, args, backlog, blockedTimeout, limits, maxAge, maxMemory, maxRequests, mount } = options;
  const {
    onDemand = false,
    params,
    pingPath,
    port,
    requestTimeout,
    startTimeout,
    statusPath,
    stopTimeout,
  } = options;
  const recycle = defined({ maxAge, maxMemory, maxRequests });
  const idleExit = onDemand ? (options.idleExit ?? IDLE_EXIT) : undefined;
  const status = wantsStatus(options) ? defined({ pingPath, statusPath }) : undefined;
  return {
    workers: size,
    ...{ address, args, file, preload, recycle, startTimeout, stopTimeout },
    choice: { flag: '--port', ...defined({ port }) },
    ...defined({
      allow,
      backlog,
      blockedTimeout,
      idleExit,
      limits,
      mount,
      params,
      requestTimeout,
      status,
      upgradeAddress,
    }),
  };
}

/**
 * What a worker finds around it: looked at when it starts, and as it was for the worker before it where that can no longer be looked at.
 *
 * @param say where it is said that something can no longer be looked at
 */
export function launchSettingsOf(
  { assigned, launch, options }: PoolPlan,
  start: StartFolder,
  say: (message: string) => void,
): () => LaunchSettings {
  let latest = launch;
  return () => {
    try {
      latest = readLaunchSettings(options, assigned);
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      say(`${error.message} The next worker has what the one before it had`);
    }
    // Always by its path: the folder of this process may be another one by now, or none.
    return { ...latest, folder: latest.folder ?? start.path };
  };
}
