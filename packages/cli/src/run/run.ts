import { availableParallelism } from 'node:os';
import { findApplication } from '../application/find-application.ts';
import { usageFailure } from '../command-failure.ts';
import type { Io } from '../io.ts';
import { outliveReaders } from '../process-io.ts';
import type { RunOptionValues } from './options.ts';
import { isPlainCgi } from './plain-cgi.ts';
import { PidFile } from './process/pid-file.ts';
import { readSurroundings } from './process/surroundings.ts';
import { runAlone } from './run-alone.ts';

/** What {@link run} is asked for. */
export interface RunOptions extends RunOptionValues {
  /** The file or folder of the application. */
  readonly app: string;
  /** For the application. */
  readonly args: readonly string[];
}

/** Serves an application until it is told to stop. */
export async function run(io: Io, options: RunOptions): Promise<void> {
  const file = findApplication(options.app, io.cwd);
  const { maxAge, maxMemory, maxRequests, workers } = options;
  if (workers === undefined && (maxAge ?? maxMemory ?? maxRequests) !== undefined) {
    throw usageFailure('--max-age, --max-memory and --max-requests replace workers: they need --workers.');
  }
  const surroundings = readSurroundings(options);
  outliveReaders();
  if (options.umask !== undefined) process.umask(options.umask);
  if (isPlainCgi()) return runAlone(io, file, options, surroundings);
  const pidFile = options.pidFile === undefined ? undefined : new PidFile(options.pidFile);
  pidFile?.write();
  // However it ends: what the application throws ends this process at once.
  process.once('exit', () => pidFile?.remove());
  if (workers === undefined) return runAlone(io, file, options, surroundings);
  const { runPool } = await import('./pool/run-pool.ts');
  return runPool(io, file, workers === 'auto' ? availableParallelism() : workers, options, surroundings);
}
