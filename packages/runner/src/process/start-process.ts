import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

/** How a process is started. */
export interface StartOptions extends SpawnOptions {
  /** Called once, in a later turn, where it could not be started: why, and what to do. */
  readonly failed: (reason: string) => void;
}

/**
 * Starts a process. Node throws some failures and emits others, with streams that are missing; here all come the same way.
 *
 * @returns undefined where it could not be started
 */
export function startProcess(
  program: string,
  args: readonly string[],
  { failed, ...options }: StartOptions,
): ChildProcess | undefined {
  const fail = (error: unknown) =>
    setImmediate(() => failed(startFailure(error as NodeJS.ErrnoException, program, options.cwd)));
  try {
    const child = spawn(program, args, options);
    child.on('error', (error) => {
      // Of one that runs, it is a message or a signal that did not arrive: its end tells more.
      if (child.pid === undefined) fail(error);
    });
    return child.pid === undefined ? undefined : child;
  } catch (error) {
    fail(error);
    return undefined;
  }
}

/** How a process has ended, in words. */
export function howItEnded(status: number | null, signal: NodeJS.Signals | null): string {
  return signal ?? `exit status ${status}`;
}

/** Why a process could not be started, and what to do. Node's own message names the program, whatever is missing. */
function startFailure(error: NodeJS.ErrnoException, program: string, folder: SpawnOptions['cwd']): string {
  if (
    folder !== undefined &&
    statSync(folder, { bigint: true, throwIfNoEntry: false })?.isDirectory() !== true
  ) {
    return `its folder ${folder} does not exist any more. Make it again, or start fcgi in another one or with --chdir.`;
  }
  if (program.includes('/') && !existsSync(program)) {
    return `${program} does not exist any more. If Node has moved, start fcgi anew with the one that is there.`;
  }
  switch (error.code) {
    case 'EMFILE':
    case 'ENFILE':
      return `no more files can be opened (${error.code}). Raise the limit: ulimit -n, or LimitNOFILE= of systemd.`;
    case 'EAGAIN':
      return 'no more processes can be started (EAGAIN). Raise the limit: ulimit -u, or TasksMax= of systemd.';
    case 'ENOMEM':
      return 'there is not enough memory (ENOMEM). Use fewer --workers, or give them less with --max-memory.';
    default:
      return error.message;
  }
}
